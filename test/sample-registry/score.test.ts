import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as ort from "onnxruntime-web";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type FareMetrics,
  measureFares,
  readTaxiTrips,
  type TaxiTrip,
} from "../support/taxi-holdout.ts";

const SAMPLE = new URL("../../sample-registry/", import.meta.url);
const FEATURES = ["distance_miles", "hour", "weekday", "passengers", "airport", "manhattan_ends"];
const DIGITS = 4; // after the decimal point: closer than 1 in 10,000 for each of the metrics

let trips: TaxiTrip[];
let session: ort.InferenceSession;
let recorded: FareMetrics;

beforeAll(async () => {
  ort.env.wasm.numThreads = 1;
  trips = await readTaxiTrips(samplePath("data/taxi-trips/trips/holdout.csv"));
  recorded = JSON.parse(
    await readFile(samplePath("models/taxi-fare/metrics.json"), "utf8"),
  ) as FareMetrics;
  session = await ort.InferenceSession.create(
    await readFile(samplePath("models/taxi-fare/model/model.onnx")),
    { executionProviders: ["wasm"] },
  );
});

describe("the sample's model in an ONNX runtime", () => {
  it("has the metrics on the held-out trips that metrics.json claims", async () => {
    const measured = measureFares(trips, await predict(trips));

    expect(measured).toEqual({
      r2: expect.closeTo(recorded.r2, DIGITS),
      rmse: expect.closeTo(recorded.rmse, DIGITS),
      mae: expect.closeTo(recorded.mae, DIGITS),
      rows: recorded.rows,
    });
  });

  it("predicts one trip as it predicts many", async () => {
    const together = await predict(trips);
    const alone = await Promise.all(trips.slice(0, 20).map((trip) => predict([trip])));

    for (const [index, prediction] of alone.entries()) {
      expect(prediction[0]).toBeCloseTo(together[index] ?? Number.NaN, 4);
    }
  });

  it("takes and gives what its signature says", async () => {
    const mlModel = await readFile(samplePath("models/taxi-fare/model/MLmodel"), "utf8");
    const columns = [...mlModel.matchAll(/"name": "(\w+)"/g)].map(([, name]) => name);

    expect(session.inputNames).toEqual(["features"]);
    expect(columns).toEqual([...FEATURES, ...session.outputNames]);
  });
});

async function predict(rows: readonly TaxiTrip[]): Promise<Float32Array> {
  const values = Float32Array.from(rows.flatMap(({ features }) => features));
  const features = new ort.Tensor("float32", values, [rows.length, FEATURES.length]);
  const { fare } = await session.run({ features });
  if (!(fare?.data instanceof Float32Array)) throw new Error("The model gave no 32-bit floats.");
  return fare.data;
}

function samplePath(path: string): string {
  return fileURLToPath(new URL(path, SAMPLE));
}
