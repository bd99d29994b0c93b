import { incidents } from './incidents.ts';
import { type Journey, travel } from './journey.ts';
import { startStation } from './station.ts';

// Runs journeys on one cluster and prints each as a line of JSON: `worker.ts INCIDENT SPEED SEED…`
const [id, speed, ...seeds] = process.argv.slice(2);
const incident = incidents.find((one) => one.id === id);
if (!incident) throw new Error(`there is no incident ${id}`);

const loose: string[] = [];
const note = (error: unknown): void => {
  loose.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
};
process.on('unhandledRejection', note);
process.on('uncaughtException', note);

// Whoever has seen enough asks for an end: the journey under way is the last, and nothing is left behind.
let isEnough = false;
process.once('SIGTERM', () => (isEnough = true));

let station = await startStation(incident, Number(speed));

// What is thrown on the way ends a journey, as a command does that hangs; nobody else would hear of it.
async function travelled(seed: string): Promise<Journey> {
  try {
    return await travel(seed, station);
  } catch (error) {
    note(error);
    return { seed, circumstance: 'unknown', legs: [], faults: ['it came to no end'] };
  }
}

for (const seed of seeds) {
  if (isEnough) break;
  const journey = await travelled(seed);
  const faults = [...journey.faults, ...loose.splice(0).map((text) => `nobody caught: ${text}`)];
  process.stdout.write(`${JSON.stringify({ ...journey, faults })}\n`);
  // What could not be brought back would spoil all that follow.
  if (journey.faults.length === 0) continue;
  await station.stop();
  station = await startStation(incident, Number(speed));
}
await station.stop();
process.exit(0);
