/** A whole bed as its file declares it. */
export const BED_YAML = `apiVersion: kubera-e2e/v1
kind: TestBed
name: konvoy
target: real
machines:
  driver: esx
  endpoint: \${vsphere.url}
  credentials: vsphere
clusters:
  - name: c1
    role: server
    kubeconfig: ~/c1.yaml
    vms:
      - { name: vm-1, node: n-1, plane: control }
      - { name: vm-2, node: n-2, plane: worker }
registry: { url: https://registry.lab }
director: { url: https://director.lab, admin: director-admin }
intervals: { power: 90s }
`;

export const VALUES = new Map([["vsphere.url", "https://vcenter.lab/sdk"]]);
