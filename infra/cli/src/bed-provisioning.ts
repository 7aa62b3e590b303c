import { openBedProvisioner } from "@kubera-e2e/lifecycle/bed-provisioner";
import { disposeBed, disposeLines, planDisposeNow } from "@kubera-e2e/lifecycle/dispose-bed";
import { planSetUpNow, setUpBed } from "@kubera-e2e/lifecycle/set-up-bed";
import { setUpLines } from "@kubera-e2e/lifecycle/set-up-plan";
import { print, type BedFlags } from "./bed-actions.ts";
import { holding } from "./bed-lease.ts";
import { printProgress } from "./bed-progress.ts";
import { withBed, type OpenedBed } from "./bed-session.ts";
import { confirm } from "./confirm.ts";

type Provisioner = Awaited<ReturnType<typeof openBedProvisioner>>;

const withProvisioner = (name: string, work: (opened: OpenedBed, provisioner: Provisioner) => Promise<void>): Promise<void> =>
  withBed(name, printProgress, async (opened) => {
    const provisioner = await openBedProvisioner(opened.context, opened.settings, opened.context.redactor);
    try {
      await work(opened, provisioner);
    } finally {
      await provisioner.close();
    }
  });

/** Makes the VMs of a bed and its clusters, and takes the set bare. */
export const setUp = (name: string, flags: BedFlags): Promise<void> =>
  withProvisioner(name, async (opened, provisioner) => {
    const plan = await planSetUpNow(opened.context, provisioner);
    if (flags.dryRun === true) return print(flags, plan, () => setUpLines(plan));
    await confirm({ plan: () => setUpLines(plan), question: `Clone ${plan.toClone.length} VMs and set ${name} up?` }, flags);
    const manifest = await holding(opened, { verb: "setup", flags }, (leased, signal, { guard }) =>
      setUpBed(leased, guard(provisioner), { signal }),
    );
    print(flags, manifest, () => [`${name} is set up and holds the set ${manifest.set} for bare: ${manifest.vms} VMs, without memory`]);
  });

/** Destroys the VMs of a bed's file that a set-up made, and proves that none is left. */
export const dispose = (name: string, flags: BedFlags): Promise<void> =>
  withProvisioner(name, async (opened, provisioner) => {
    const plan = await planDisposeNow(opened.context, provisioner);
    if (flags.dryRun === true) return print(flags, plan, () => disposeLines(plan));
    const question = `Destroy ${plan.machines.length} VMs of ${name} with all that is on them?`;
    await confirm({ plan: () => disposeLines(plan), question }, flags);
    const done = await holding(opened, { verb: "dispose", flags }, (leased, signal, { guard }) =>
      disposeBed(leased, guard(provisioner), { signal }),
    );
    const left = done.left.length === 0 ? "nothing is left" : `left alone, for the bed's file does not name them: ${done.left.join(", ")}`;
    print(flags, done, () => [`${name}: ${done.destroyed.length} VMs destroyed, ${left}`]);
  });
