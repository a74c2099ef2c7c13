import * as z from "zod";

/** Where a secret is found. The settings never hold the secret itself. */
export type SecretSource = { readonly file: string } | { readonly environment: string };

const forms = "{ file: PATH } or { environment: NAME }; the secret itself never stands here";

/** A file's path, relative to the settings file's folder unless it is absolute. */
export const filePath = z
  .string()
  .regex(/^[^\0]{1,4096}$/, "a file's path")
  .meta({ title: "path" });

/**
 * `{ file: PATH }` or `{ environment: NAME }`. The program reads it; a value written here in
 * place of a source is refused without being repeated.
 */
export const secretSource = z
  .union(
    [
      z.strictObject({ file: filePath }),
      z.strictObject({
        environment: z
          .string()
          .regex(/^[A-Za-z_][A-Za-z0-9_]{0,254}$/, "the name of an environment variable"),
      }),
    ],
    { error: forms },
  )
  .meta({ title: "{ file: path } or { environment: name }" });
