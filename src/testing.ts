/*
 * What a test of a layer, of an application or of a whole house needs: octets as text, a clock that jumps, a simulated line
 * with chips and devices, and reducers whose effects can be looked at. Works with any test runner.
 */

export { toHex } from "./core/octets.ts";
export { createChip } from "./sim/chip.ts";
export { realClock, virtualClock } from "./sim/clock.ts";
export { createDevice } from "./sim/device.ts";
export { createFaults } from "./sim/faults.ts";
export { startHouse } from "./sim/house.ts";
export { createLine } from "./sim/line.ts";
export { seededRandom } from "./sim/random.ts";
export { type TestOptions, testConfig } from "./testing/config.ts";
export {
  stackOn,
  stackOnChip,
  type TestStack,
  testStack,
  type WiredStack,
} from "./testing/stack.ts";
export { hex, type Receive, receiver, type Watched, watch } from "./testing/watch.ts";
