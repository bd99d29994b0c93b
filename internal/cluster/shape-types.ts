import type { ListName, Lists } from '../model/snapshot.ts';

/**
 * What a value must be, as data. `numbers or nulls` stands for a list whose positions mean
 * something, so that it is kept or dropped as a whole; an object of fields lets every field through
 * that it does not name.
 */
export type Shape =
  | 'string'
  | 'number'
  | 'boolean'
  | 'string or number'
  | 'string or boolean'
  | 'list of strings'
  | 'numbers or nulls'
  | 'list of numbers'
  | 'map of strings'
  | { readonly listOf: Fields }
  | Fields;

export interface Fields {
  readonly fields: { readonly [name: string]: Shape };
}

type NamedKeys<T> = keyof { readonly [Key in keyof T as string extends Key ? never : Key]: 0 };

type FieldsOf<T> = {
  readonly fields: { readonly [Key in NamedKeys<T>]-?: ShapeOf<NonNullable<T[Key]>> };
};

type ListShapeOf<Item> = [Item] extends [string]
  ? 'list of strings'
  : [Item] extends [number]
    ? 'list of numbers'
    : [Item] extends [number | null]
      ? 'numbers or nulls'
      : { readonly listOf: FieldsOf<Item> };

/**
 * The shape that a type of the model asks for: a field added to the model without its shape does
 * not compile.
 */
export type ShapeOf<T> = [T] extends [string]
  ? 'string'
  : [T] extends [number]
    ? 'number'
    : [T] extends [boolean]
      ? 'boolean'
      : [T] extends [string | number]
        ? 'string or number'
        : [T] extends [string | boolean]
          ? 'string or boolean'
          : T extends readonly (infer Item)[]
            ? ListShapeOf<Item>
            : [T] extends [Readonly<Record<string, string>>]
              ? string extends keyof T
                ? 'map of strings'
                : FieldsOf<T>
              : FieldsOf<T>;

/** One shape per list, as the model's types say. */
export type Shapes = { readonly [Name in ListName]: ShapeOf<Lists[Name]> };
