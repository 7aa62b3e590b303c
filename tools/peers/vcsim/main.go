// Command vcsim serves govmomi's vSphere simulator on loopback, with VMs that bear the names of a test bed.
// Upstream publishes only the library as a Go module. It prints one line of JSON when it listens and ends when its stdin closes.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"io"
	"log"
	"math/big"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
)

// certificate returns a new key pair that signs itself for loopback, and its PEM.
func certificate() (tls.Certificate, string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 64))
	if err != nil {
		return tls.Certificate{}, "", err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "vcsim"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(7 * 24 * time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:              []string{"localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, string(text), nil
}

// model returns the simulator with as many VMs as there are names, all powered on; a vCenter has three hosts.
func model(esx bool, names []string) (*simulator.Model, error) {
	m := simulator.VPX()
	if esx {
		m = simulator.ESX()
	} else {
		m.Host = 0
	}
	m.Machine = len(names)
	if err := m.Create(); err != nil {
		return nil, err
	}
	machines := m.Map().All("VirtualMachine")
	if len(machines) != len(names) {
		return nil, errors.New("the model has another number of VMs than was asked for")
	}
	for i, entity := range machines {
		vm := entity.(*simulator.VirtualMachine)
		vm.Name, vm.Config.Name, vm.Summary.Config.Name = names[i], names[i], names[i]
	}
	return m, nil
}

func password() string {
	bytes := make([]byte, 16)
	_, _ = rand.Read(bytes) // it never fails
	return hex.EncodeToString(bytes)
}

func run() error {
	esx := flag.Bool("esx", false, "be a standalone ESX host instead of a vCenter")
	vms := flag.String("vm", "vm-0,vm-1", "comma-separated names of the VMs")
	listen := flag.String("listen", "127.0.0.1:0", "address to listen at")
	flag.Parse()

	m, err := model(*esx, strings.Split(*vms, ","))
	if err != nil {
		return err
	}
	defer m.Remove()
	pair, ca, err := certificate()
	if err != nil {
		return err
	}
	login := url.UserPassword("administrator@vsphere.local", password())
	m.Service.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	m.Service.Listen = &url.URL{Host: *listen, User: login}
	server := m.Service.NewServer()
	defer server.Close()

	secret, _ := login.Password()
	where := url.URL{Scheme: "https", Host: server.URL.Host, Path: server.URL.Path}
	line := map[string]any{"url": where.String(), "pid": os.Getpid(), "ca": ca, "username": login.Username(), "password": secret}
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin) // it ends with whoever holds the other end, however that ends
	return err
}

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal("vcsim: ", err)
	}
}
