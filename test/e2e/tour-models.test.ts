import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import * as ort from "onnxruntime-web";
import { beforeAll, expect, it } from "vitest";

import {
  type FareMetrics,
  measureFares,
  readTaxiTrips,
  type TaxiTrip,
} from "../support/taxi-holdout.ts";

const root = new URL("../../", import.meta.url);
const sample = "sample-registry/models/taxi-fare";
const columns = 6;
const digits = 4; // after the decimal point: closer than 1 in 10,000 for each of the metrics

let trips: TaxiTrip[];

beforeAll(async () => {
  ort.env.wasm.numThreads = 1;
  trips = await readTaxiTrips(pathOf("sample-registry/data/taxi-trips/trips/holdout.csv"));
});

it.each(["better", "worse", "best"])(
  "the tour's %s model has the metrics it comes with",
  async (name) => {
    const model = await readFile(pathOf(`docs/tour/models/${name}/model.onnx`));
    const claimed = await readMetrics(`docs/tour/models/${name}`);

    expect(measureFares(trips, await predict(model))).toEqual({
      r2: expect.closeTo(claimed.r2, digits),
      rmse: expect.closeTo(claimed.rmse, digits),
      mae: expect.closeTo(claimed.mae, digits),
      rows: claimed.rows,
    });
  },
);

it("better is better and worse is worse, by more than prod tolerates", async () => {
  const [first, better, worse, best] = await Promise.all([
    readMetrics(sample),
    ...["better", "worse", "best"].map((name) => readMetrics(`docs/tour/models/${name}`)),
  ]);

  expect(better?.rmse).toBeLessThan(first?.rmse ?? 0);
  expect(best?.rmse).toBeLessThan(better?.rmse ?? 0);
  expect(worse?.r2).toBeLessThan((better?.r2 ?? 0) - 0.01);
  expect(worse?.r2).toBeGreaterThan(0.9);
});

async function predict(model: Buffer): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
  const values = Float32Array.from(trips.flatMap(({ features }) => features));
  const { fare } = await session.run({
    features: new ort.Tensor("float32", values, [trips.length, columns]),
  });
  if (!(fare?.data instanceof Float32Array)) throw new Error("The model gave no 32-bit floats.");
  return fare.data;
}

async function readMetrics(folder: string): Promise<FareMetrics> {
  return JSON.parse(await readFile(pathOf(`${folder}/metrics.json`), "utf8")) as FareMetrics;
}

function pathOf(path: string): string {
  return fileURLToPath(new URL(path, root));
}
