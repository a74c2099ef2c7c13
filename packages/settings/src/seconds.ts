import * as z from "zod";

/** A length of time; at most ten years, so that sums with the present stay plain numbers. */
export const seconds = z
  .int("a whole number of seconds")
  .min(0, "0 seconds or more")
  .max(315_360_000, "at most 315360000 seconds (ten years)")
  .meta({ title: "seconds" });
