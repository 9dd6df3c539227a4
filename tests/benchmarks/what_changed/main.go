// What libopenapi finds between two documents, for the benchmarks. Build it outside this repository:
//   go mod init whatchanged && go get github.com/pb33f/libopenapi@latest
//   go build -o .cache/peers/bin/libopenapi-what-changed .
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/pb33f/libopenapi"
)

// Prints the changes that libopenapi's what-changed finds between two files, as JSON.
func main() {
	documents := make([]libopenapi.Document, 2)
	for i, path := range os.Args[1:3] {
		data, err := os.ReadFile(path)
		if err != nil {
			panic(err)
		}
		document, err := libopenapi.NewDocument(data)
		if err != nil {
			panic(err)
		}
		documents[i] = document
	}
	changes, errs := libopenapi.CompareDocuments(documents[0], documents[1])
	if changes == nil {
		fmt.Fprintln(os.Stderr, errs)
		fmt.Println("[]")
		return
	}
	fmt.Fprintln(os.Stderr, changes.TotalChanges(), "changes,", changes.TotalBreakingChanges(), "breaking")
	json.NewEncoder(os.Stdout).Encode(changes)
}
