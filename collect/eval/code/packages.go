package code

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"benchsite/collect/sandbox"
)

// askPackages imports packages in the box: some distributions leave out the
// metadata that would say whether they are there.
const askPackages = `import importlib, json, sys
out = {}
for name in json.load(sys.stdin):
    try:
        out[name] = str(getattr(importlib.import_module(name), "__version__", "unknown"))
    except Exception:
        pass
print("\n" + json.dumps(out))
`

// Packages are the versions of the Python packages that can be imported in the box,
// by name; those that cannot are left out.
func Packages(ctx context.Context, box Box, names []string) (map[string]string, error) {
	input, err := json.Marshal(names)
	if err != nil {
		return nil, err
	}
	res, err := box.Run(ctx, sandbox.Program{
		Files: map[string][]byte{"packages.py": []byte(askPackages)}, Argv: []string{box.Python(), "-I", "-B", sandbox.Dir + "/packages.py"},
		Stdin: input, Limits: sandbox.Limits{Wall: 2 * time.Minute, MemoryBytes: 2 << 30},
	})
	if err != nil {
		return nil, err
	}
	var out map[string]string
	if i := lastLine(res.Stdout); i == nil || json.Unmarshal(i, &out) != nil {
		return nil, fmt.Errorf("the packages of the sandbox's Python cannot be listed: it ended with %s: %s", res.End, fault(res))
	}
	return out, nil
}

func lastLine(text []byte) []byte {
	for i := len(text) - 2; i >= 0; i-- {
		if text[i] == '\n' {
			return text[i+1:]
		}
	}
	return nil
}

// CheckTargets opens a file of expected values in the box. The error says why that
// cannot be done.
func CheckTargets(ctx context.Context, box Box, path string) error {
	res, err := box.Run(ctx, sandbox.Program{
		Files:    map[string][]byte{"look.py": []byte("import h5py, os\nwith h5py.File(os.environ['BOX'] + '/test_data.h5', 'r') as f:\n    print(len(f.keys()) > 0)\n")},
		ReadOnly: map[string]string{"test_data.h5": path}, Argv: []string{box.Python(), "-I", "-B", sandbox.Dir + "/look.py"},
		Limits: sandbox.Limits{Wall: 2 * time.Minute, MemoryBytes: 2 << 30},
	})
	if err != nil {
		return err
	}
	if strings.TrimSpace(string(res.Stdout)) != "True" {
		text := strings.TrimSpace(fault(res))
		return errors.New(text[strings.LastIndexByte(text, '\n')+1:])
	}
	return nil
}
