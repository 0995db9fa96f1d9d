# Writes a small test_data.h5 in the layout of SciCode, for problems made for the
# tests. The values are those of the gold code in scicode_test.go.
import sys
import h5py
import numpy as np
import scipy.sparse as sparse


def put(group, name, value):
    if sparse.issparse(value):
        g = group.create_group(name).create_group("sparse_matrix")
        g["data"], g["shape"] = value.data, value.shape
        g["indices"], g["indptr"] = value.indices, value.indptr
    elif isinstance(value, dict):
        g = group.create_group(name)
        for k, v in value.items():
            g[str(k)] = v
    else:
        group[name] = value


def case(f, step, i, *values):
    group = f.create_group("%s/test%d" % (step, i))
    for k, v in enumerate(values):
        put(group, "var%d" % (k + 1), v)


with h5py.File(sys.argv[1], "w") as f:
    case(f, "1.1", 1, np.array([1.0, 4.0, 9.0]))
    case(f, "1.1", 2, np.array([[0.25]]))
    case(f, "1.2", 1, 14.0, np.array([1 + 2j, 3 + 0j]))
    case(f, "1.2", 2, 0.25, np.array([0.5 + 1j]))
    case(f, "1.3", 1, sparse.csr_matrix(np.diag([1.0, 2.0, 3.0])))
    case(f, "1.4", 1, {"mean": 2.0, "name": "abc"})
    case(f, "1.5", 1, (np.random.RandomState(7).rand(3)).sum())
    case(f, "1.5", 2, 1.0 / 3)
    case(f, "13.5", 1, 6.0)
    case(f, "13.7", 1, np.array([0.0, 0.5, 1.0]))
