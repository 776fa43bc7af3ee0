// Command report writes the nightly report.
package main

import (
	"fmt"
	"log"
	"os"
	"os/exec"
)

func main() {
	if err := write(os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func write(days []string) error {
	for _, day := range days {
		file, err := os.Create(day + ".txt")
		if err != nil {
			return err
		}
		defer file.Close()
		if _, err := fmt.Fprintf(file, "report of %s\n", day); err != nil {
			return err
		}
		if err := exec.Command("sh", "-c", "gzip "+day+".txt").Run(); err != nil {
			return err
		}
	}
	return nil
}
