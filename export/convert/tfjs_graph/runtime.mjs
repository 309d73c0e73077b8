// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a recurrent matting network in TensorFlow.js, on frames and to mattes that are files of raw
// numbers: node runtime.mjs MODEL.json FRAMES MATTES COUNT HEIGHT WIDTH DOWNSAMPLE_RATIO

import * as fs from 'node:fs';
import * as path from 'node:path';
import { createRequire } from 'node:module';

// Packages are looked for where the command runs, not where this file lies.
const require = createRequire(path.join(process.cwd(), 'index.js'));
const tf = require('@tensorflow/tfjs-core');
const { loadGraphModel } = require('@tensorflow/tfjs-converter');
require('@tensorflow/tfjs-backend-cpu');

const [, , modelPath, framesPath, mattesPath, ...numbers] = process.argv;
const [count, height, width, ratio] = numbers.map(Number);

const model = await loadGraphModel({
  load: async () => {
    const { modelTopology, signature, weightsManifest } = JSON.parse(fs.readFileSync(modelPath, 'utf8'));
    const weightSpecs = weightsManifest.flatMap((group) => group.weights);
    const files = weightsManifest.flatMap((group) => group.paths);
    const content = Buffer.concat(files.map((name) => fs.readFileSync(path.join(path.dirname(modelPath), name))));
    const weightData = content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength);
    return { modelTopology, signature, weightSpecs, weightData };
  },
});

const frames = new Uint8Array(fs.readFileSync(framesPath));
const size = height * width;
let states = [1, 2, 3, 4].map(() => tf.zeros([1, 1, 1, 1]));
const mattes = fs.openSync(mattesPath, 'w');
for (let number = 0; number < count; number++) {
  const frame = frames.subarray(number * size * 4, (number + 1) * size * 4);
  const rgb = new Float32Array(size * 3);
  for (let pixel = 0; pixel < size; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      rgb[pixel * 3 + channel] = frame[pixel * 4 + 2 - channel] / 255;
    }
  }
  const inputs = { src: tf.tensor(rgb, [1, height, width, 3]), downsample_ratio: tf.tensor(ratio) };
  states.forEach((state, index) => { inputs[`r${index + 1}i`] = state; });
  const names = ['pha', 'r1o', 'r2o', 'r3o', 'r4o'].map((name) => model.artifacts.signature.outputs[name].name);
  const [matte, ...after] = await model.executeAsync(inputs, names);
  states = after;
  fs.writeSync(mattes, Buffer.from((await matte.data()).buffer));
  console.error(`  frame ${number + 1} of ${count}`);
}
fs.closeSync(mattes);
