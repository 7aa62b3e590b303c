const NAME = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const VALUE = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?";
const SUBDOMAIN = String.raw`[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*`;

const NAME_TOLD = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${NAME}')`;
const VALUE_TOLD = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${VALUE}')`;
const PREFIX_TOLD = `prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`;

const LONGEST = 63;
const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`);
const IS_NAME = whole(NAME);
const IS_VALUE = whole(VALUE);
const IS_SUBDOMAIN = whole(SUBDOMAIN);

/** What is wrong with the value of a label, if anything. */
export const labelValueFault = (value: string): readonly string[] => {
  if (value.length > LONGEST) return [`must be no more than ${LONGEST} bytes`];
  return IS_VALUE.test(value) ? [] : [VALUE_TOLD];
};

/** What is wrong with the key of a label, if anything. */
export const labelKeyFault = (key: string): readonly string[] => {
  const [prefix, ...rest] = key.includes("/") ? key.split("/") : [undefined, key];
  if (prefix !== undefined && !IS_SUBDOMAIN.test(prefix)) return [PREFIX_TOLD];
  const name = rest.join("/");
  if (name.length > LONGEST) return [`name part must be no more than ${LONGEST} bytes`];
  return IS_NAME.test(name) ? [] : [NAME_TOLD];
};
