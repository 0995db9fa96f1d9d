# What SciCode's tests need: the expected values in test_data.h5 and the functions
# that compare them.
def read_targets(where, n):
    import h5py
    out = []
    with h5py.File(BOX + "/test_data.h5", "r") as f:
        for i in range(n):
            group = f["%s/test%d" % (where, i + 1)]
            values = [_target(group[key]) for key in group.keys()]
            out.append(values[0] if len(values) == 1 else tuple(values))
    return out


def _target(node):
    import h5py
    if isinstance(node, h5py.Dataset):
        return _plain(node[()])
    first = next(iter(node.keys()), None)
    if first == "list":
        return [node["list"][key][()] for key in node["list"].keys()]
    if first == "sparse_matrix":
        return _sparse(node["sparse_matrix"])
    out = {}
    for key, value in node.items():
        if isinstance(value, h5py.Group):
            out[key] = _sparse(value["sparse_matrix"])
            continue
        v = _plain(value[()])
        try:
            key = float(key) if not isinstance(v, str) else key
        except ValueError:
            pass
        out[key] = v
    return out


def _plain(v):
    return v.decode("utf-8") if isinstance(v, bytes) else v


def _sparse(group):
    import scipy.sparse as sparse
    part = {key: group[key][()] for key in group.keys()}
    shape = tuple(int(n) for n in part["shape"])
    if "row" in part:
        return sparse.coo_matrix((part["data"], (part["row"], part["col"])), shape=shape)
    if "blocksize" in part:
        return sparse.bsr_matrix((part["data"], part["indices"], part["indptr"]), shape=shape, blocksize=tuple(int(n) for n in part["blocksize"]))
    return sparse.csr_matrix((part["data"], part["indices"], part["indptr"]), shape=shape)


def science_modules():
    """Offers scicode.compare.cmp under its published names, and makes an empty
    array equal to nothing that holds a value: by broadcasting it would be close
    to any single number."""
    import numpy as np
    import scipy.sparse as sparse
    close = np.allclose

    def allclose(a, b, *args, **kwargs):
        if (np.size(a) == 0) != (np.size(b) == 0):
            return False
        return close(a, b, *args, **kwargs)

    np.allclose = allclose

    def text(v):
        return str(v) if type(v).__name__ == "Symbol" else v

    def alike(a, b, atol=1e-8, rtol=1e-5):
        a, b = text(a), text(b)
        if isinstance(a, (str, bool)):
            return bool(a == b)
        if isinstance(a, dict):
            return are_dicts_close(a, b, atol, rtol)
        if sparse.issparse(a):
            return sparse.issparse(b) and are_csc_matrix_close(a, b)
        try:
            return bool(allclose(a, b, atol=atol, rtol=rtol))
        except ValueError:
            return bool(a == b)

    def are_dicts_close(dict1, dict2, atol=1e-8, rtol=1e-5):
        one, two = ({text(k): v for k, v in d.items()} for d in (dict1, dict2))
        return one.keys() == two.keys() and all(alike(one[k], two[k], atol, rtol) for k in one)

    def are_csc_matrix_close(matrix1, matrix2):
        return matrix1.shape == matrix2.shape and bool(allclose(matrix1.toarray(), matrix2.toarray()))

    def cmp_tuple_or_list(var1, var2):
        return len(var1) == len(var2) and all(alike(a, b) for a, b in zip(var1, var2))

    cmp = types.ModuleType("scicode.compare.cmp")
    cmp.are_dicts_close, cmp.are_csc_matrix_close, cmp.cmp_tuple_or_list = are_dicts_close, are_csc_matrix_close, cmp_tuple_or_list
    for name in ("scicode", "scicode.compare"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["scicode"].compare = sys.modules["scicode.compare"]
    sys.modules["scicode.compare"].cmp = cmp
    sys.modules["scicode.compare.cmp"] = cmp
