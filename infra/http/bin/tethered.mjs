// Runs a program that ends when whoever started this does, however that happens: the kernel closes our stdin then.
import { spawn } from "node:child_process";
import process from "node:process";

const [program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
const end = () => child.kill("SIGTERM");

child.once("error", (error) => {
  process.stderr.write(`tethered: ${error.code}\n`);
  process.exit(127);
});
child.once("exit", (code) => process.exit(code ?? 1));
process.stdin.once("end", end).once("error", end).resume();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, end);
