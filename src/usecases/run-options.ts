/** What a long-running use case takes besides its request. */
export interface ApplyRequest {
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

export interface Progress {
  /** `deliver prod`, `hash`, … */
  readonly step: string;
  readonly done: number;
  readonly total: number;
  readonly doneBytes: number;
  readonly totalBytes: number;
}
export type ProgressListener = (progress: Progress) => void;
