const FACTORS: Readonly<Record<string, number>> = {
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** The number of a Kubernetes quantity: "250m" is 0.25, "1Gi" is 1073741824; 0 for what is none. */
export const parseQuantity = (text: string | undefined): number => {
  const [, number = "0", unit = ""] = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(text ?? "0") ?? [];
  return Number(number) * (FACTORS[unit] ?? 0);
};
