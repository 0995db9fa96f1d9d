package synthetic

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"benchsite/collect/artifact"
)

// Options say what to write.
type Options struct {
	From    int  // number of the first run; 0 begins at the beginning
	N       int  // how many runs
	Records bool // with the records of every request and item beside each run
}

// Write puts runs into the folder dir, which becomes an artifacts folder. The
// files are written plainly: a store syncs each of them, which is right for
// measurements and slow for ten thousand that can be made again.
func Write(dir string, o Options) error {
	folders := map[string]bool{}
	for i := o.From; i < o.From+o.N; i++ {
		files, err := run(i, o.Records)
		if err != nil {
			return fmt.Errorf("run %d: %w", i, err)
		}
		for name, data := range files {
			file := filepath.Join(dir, filepath.FromSlash(name))
			if d := filepath.Dir(file); !folders[d] {
				if err := os.MkdirAll(d, 0o777); err != nil {
					return err
				}
				folders[d] = true
			}
			if err := os.WriteFile(file, data, 0o666); err != nil {
				return err
			}
		}
	}
	return nil
}

// run is one artifact with its records, by path from the artifacts folder.
func run(i int, withRecords bool) (map[string][]byte, error) {
	c, place := campaignOf(i/perCampaign), i%perCampaign
	var a *artifact.Artifact
	var lines bytes.Buffer
	if place < 13 {
		var records []artifact.LoadRecord
		a, records = c.loadRun(i, place)
		if err := encode(&lines, records); err != nil {
			return nil, err
		}
	} else {
		var records []artifact.EvalRecord
		a, records = c.evalRun(i, place)
		if err := encode(&lines, records); err != nil {
			return nil, err
		}
	}
	id, err := artifact.ProtocolID(a.Protocol.Parameters)
	if err != nil {
		return nil, err
	}
	a.Protocol.ID = id
	if withRecords {
		a.Attachments = []artifact.Attachment{{Kind: artifact.AttachSamples, SHA256: artifact.SHA256(lines.Bytes()), Bytes: int64(lines.Len())}}
	}
	hash, err := a.Hash8()
	if err != nil {
		return nil, err
	}
	stem := artifact.Slug(a.Subject.Name, a.Name) + "." + hash
	a.ID = path.Join(a.StartedAt[:len("2006-01-02")], stem)
	if a.Simulated {
		a.ID = "simulated/" + a.ID
	}
	out := map[string][]byte{}
	if withRecords {
		a.Attachments[0].Path = stem + ".samples.jsonl.gz"
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		if _, err := z.Write(lines.Bytes()); err != nil {
			return nil, err
		}
		if err := z.Close(); err != nil {
			return nil, err
		}
		out[path.Join(path.Dir(a.ID), a.Attachments[0].Path)] = packed.Bytes()
	}
	out[a.ID+".json"], err = a.Encode()
	return out, err
}

func encode[T any](b *bytes.Buffer, records []T) error {
	for _, r := range records {
		line, err := artifact.EncodeRecord(r)
		if err != nil {
			return err
		}
		b.Write(line)
	}
	return nil
}
