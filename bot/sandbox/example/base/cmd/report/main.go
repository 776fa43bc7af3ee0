// Command report writes the nightly report.
package main

import (
	"fmt"
	"log"
	"os"
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
		if _, err := fmt.Fprintf(file, "report of %s\n", day); err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
	return nil
}
