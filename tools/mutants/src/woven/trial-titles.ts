/** Between a test's title and the mutant under which it is run. */
const UNDER = " ⟦";
/** The test again, without the mutant: whether what it has left is the reason why the next one fails. */
const CONTROL = "control:";

const CLOSE = "⟧";

export interface TitledTrial {
  readonly id: string;
  readonly isControl: boolean;
}

export const trialTitle = (title: string, { id, isControl }: TitledTrial): string =>
  `${title}${UNDER}${isControl ? CONTROL : ""}${id}${CLOSE}`;

/** The test's own title, and under which mutant it is run or after which it is the control; undefined for none. */
export const readTitle = (text: string): { readonly title: string; readonly trial: TitledTrial | undefined } => {
  const [title = text, under] = text.split(UNDER);
  if (under === undefined) return { title, trial: undefined };
  const isControl = under.startsWith(CONTROL);
  return { title, trial: { id: under.slice(isControl ? CONTROL.length : 0, -CLOSE.length), isControl } };
};
