// Command guest is what runs in the pods of the peers: one static program for every part of a test.
package main

import (
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// pause waits to be ended, and reaps what is left to it, as the first process of a pod must.
func pause() {
	children := make(chan os.Signal, 1)
	signal.Notify(children, syscall.SIGCHLD)
	go func() {
		for range children {
			for {
				if pid, _ := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 {
					break
				}
			}
		}
	}()
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	<-ended
}

// serve answers every request with the host's name, but for /unready, where it says that it cannot serve.
func serve() error {
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	fmt.Println("serving on 8080 as", name)
	return http.ListenAndServe(":8080", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/unready" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprintln(w, name)
	}))
}

// count tells numbers from 1 on, ten a second, and ends badly after so many.
func count(last int) {
	for number := 1; number <= last; number++ {
		fmt.Println("number", number)
		time.Sleep(100 * time.Millisecond)
	}
	os.Exit(1)
}

func numberArgument() int {
	if len(os.Args) < 3 {
		usage()
	}
	number, err := strconv.Atoi(os.Args[2])
	if err != nil {
		usage()
	}
	return number
}

func usage() {
	fmt.Fprintln(os.Stderr, "guest pause | serve | exit CODE | count LAST")
	os.Exit(64)
}

func main() {
	verb := "pause"
	if len(os.Args) > 1 {
		verb = os.Args[1]
	}
	switch verb {
	case "pause":
		pause()
	case "serve":
		fmt.Fprintln(os.Stderr, serve())
		os.Exit(1)
	case "count":
		count(numberArgument())
	case "exit":
		code := numberArgument()
		fmt.Println("ending with", code)
		os.Exit(code)
	default:
		usage()
	}
}
