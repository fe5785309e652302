import { readFile } from "node:fs/promises";

export interface TaxiTrip {
  readonly features: readonly number[];
  readonly fare: number;
}

export interface FareMetrics {
  readonly r2: number;
  readonly rmse: number;
  readonly mae: number;
  readonly rows: number;
}

const AIRPORTS: Readonly<Record<string, number>> = { laguardia: 1, jfk: 2 };

/** Reads `holdout.csv` and makes the model's features of it, as the transform component does. */
export async function readTaxiTrips(path: string): Promise<TaxiTrip[]> {
  const [header = "", ...lines] = (await readFile(path, "utf8")).trimEnd().split("\n");
  const columns = header.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    return toTrip(new Map(columns.map((column, index) => [column, cells[index] ?? ""])));
  });
}

function toTrip(row: ReadonlyMap<string, string>): TaxiTrip {
  const cell = (column: string): string => row.get(column) ?? "";
  const [day = "", time = ""] = cell("pickup_time").split(" ");
  const ends = [cell("pickup_zone"), cell("dropoff_zone")];
  return {
    features: [
      Number(cell("distance_miles")),
      Number(time.slice(0, 2)),
      (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7, // Monday is 0
      Number(cell("passengers")),
      Math.max(...ends.map((zone) => AIRPORTS[zone] ?? 0)),
      ends.filter((zone) => zone === "manhattan").length,
    ],
    fare: Number(cell("fare")),
  };
}

/** Measures predictions independently of the score component. */
export function measureFares(
  trips: readonly TaxiTrip[],
  predicted: Readonly<Float32Array>,
): FareMetrics {
  const rows = trips.length;
  const mean = add(trips.map(({ fare }) => fare)) / rows;
  const misses = trips.map(({ fare }, index) => fare - (predicted[index] ?? Number.NaN));
  const squares = add(misses.map((miss) => miss * miss));
  const spread = add(trips.map(({ fare }) => (fare - mean) ** 2));
  return {
    r2: 1 - squares / spread,
    rmse: Math.sqrt(squares / rows),
    mae: add(misses.map(Math.abs)) / rows,
    rows,
  };
}

function add(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
