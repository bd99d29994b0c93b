import { setTimeout as wait } from 'node:timers/promises';
import { startControlPlane } from './control-plane.ts';

// A program of its own, for the test that kills it.
const { programs } = await startControlPlane();
process.stdout.write(`${JSON.stringify({ folder: programs.folder, pid: programs.pid })}\n`);
await wait(600_000);
