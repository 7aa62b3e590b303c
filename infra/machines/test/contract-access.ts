import { expect } from "vitest";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { openMachines } from "../src/index.ts";
import { look, refusal, type ContractCase } from "./contract-case.ts";
import { openEsx, type Login, type Peer } from "./contract-target.ts";

const withTrust = ({ login }: Peer, trust: { pin: string } | undefined) => {
  const { url, ...credentials } = loginOf(login);
  return openMachines(
    { driver: "esx", endpoint: url, credentials: "vsphere", ...(trust && { trust }) },
    { credentials, redactor: new Redactor() },
  );
};

/** A case that needs a login is not run on a peer without one. */
const loginOf = (login: Login | undefined): Login => {
  if (login === undefined) throw new TypeError("this peer knows no login");
  return login;
};

/** Who is let in, how the endpoint is trusted, and what is seen. */
export const ACCESS_CASES: readonly ContractCase[] = [
  {
    title: "shows the VMs in the order asked for",
    run: async ({ peer, machines }) => {
      const names = peer.vms.toReversed();
      const infos = await machines.inspect(names);
      expect(infos.map((info) => info.name)).toEqual(names);
    },
  },
  {
    title: "shows power, ESX host and consolidation of a VM",
    run: async ({ machines, vm }) => {
      const info = await look(machines, vm);
      expect(info).toMatchObject({
        power: "on",
        snapshots: [],
        consolidationNeeded: false,
        esxHost: expect.stringMatching(/\w/) as string,
      });
      expect(info).not.toHaveProperty("currentSnapshot");
    },
  },
  {
    title: "answers nothing when asked for no VM",
    run: async ({ machines }) => {
      expect(await machines.inspect([])).toEqual([]);
    },
  },
  {
    title: "names all missing VMs at once, with the nearest name",
    run: async ({ machines, vm }) => {
      const error = await refusal(machines.inspect([`${vm}x`, vm, "quite-another"]));
      expect(error).toContain(`[MACHINE_MISSING] 2 VMs are not in the inventory: ${vm}x, quite-another`);
      expect(error).toContain(`"${vm}x" (there is "${vm}")`);
    },
  },
  {
    title: "refuses a step on a missing VM",
    run: async ({ machines }) => {
      expect(await refusal(machines.powerOff("nobody"))).toContain("[MACHINE_MISSING] 1 VM is not in the inventory: nobody");
    },
  },
  {
    title: "refuses a wrong password without telling it",
    needs: ["login"],
    run: async ({ peer, vm }) => {
      const login = loginOf(peer.login);
      const machines = openEsx({ ...login, password: "wrong-password" });
      const error = await refusal(machines.inspect([vm]));
      await machines.close();
      expect(error).toContain(`[VSPHERE_LOGIN_REFUSED] vSphere refused the login of "${login.username}"`);
      expect(error).toContain("InvalidLogin");
      expect(error).not.toContain("wrong-password");
    },
  },
  {
    title: "refuses a certificate that nobody vouches for, and goes on with the pin that its error names",
    needs: ["login"],
    run: async ({ peer, vm }) => {
      const stranger = withTrust(peer, undefined);
      const error = await refusal(stranger.inspect([vm]));
      await stranger.close();
      expect(error).toContain("[TLS_UNTRUSTED]");
      const pin = /sha256:[0-9a-f]{64}/.exec(error)?.[0] ?? "no pin";
      const pinned = withTrust(peer, { pin });
      expect(await look(pinned, vm)).toMatchObject({ name: vm });
      await pinned.close();
    },
  },
  {
    title: "refuses another certificate than the pinned one before it sends the password",
    needs: ["login"],
    run: async ({ peer, vm }) => {
      const machines = withTrust(peer, { pin: `sha256:${"0".repeat(64)}` });
      expect(await refusal(machines.inspect([vm]))).toContain("[TLS_PIN_MISMATCH]");
      await machines.close();
    },
  },
  {
    title: "logs in again when the session has died",
    needs: ["endSessions"],
    run: async ({ peer, machines, vm }) => {
      await look(machines, vm);
      await peer.endSessions?.();
      expect(await look(machines, vm)).toMatchObject({ name: vm });
    },
  },
  {
    title: "logs in again once for many calls at the same time, and ends their tasks",
    needs: ["endSessions"],
    run: async ({ peer, machines, vm, others }) => {
      await machines.powerOff(vm);
      await peer.endSessions?.();
      const names = [vm, ...others];
      await Promise.all(names.map((name) => machines.powerOff(name)));
      expect((await machines.inspect(names)).map((info) => info.power)).toEqual(names.map(() => "off"));
    },
  },
  {
    title: "logs in again after it was closed",
    needs: ["endSessions"],
    run: async ({ peer, vm }) => {
      const machines = peer.open();
      await look(machines, vm);
      await machines.close();
      expect(await look(machines, vm)).toMatchObject({ name: vm });
      await machines.close();
    },
  },
  {
    title: "serves two clients at the same time, each seeing what the other did",
    run: async ({ peer, machines, vm }) => {
      const second = peer.open();
      const id = await machines.snapshot(vm, { name: "by the first", description: "" });
      expect(await look(second, vm)).toMatchObject({ currentSnapshot: id });
      await second.powerOff(vm);
      await second.close();
      expect(await look(machines, vm)).toMatchObject({ power: "off" });
    },
  },
];
