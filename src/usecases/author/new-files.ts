/** The few things `init` needs of a folder. */
export interface NewFiles {
  /** Rejects when the file is there and cannot be read as text. */
  read(path: string): Promise<string | undefined>;
  create(path: string, text: string): Promise<void>;
  replace(path: string, text: string): Promise<void>;
}
