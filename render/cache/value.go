package cache

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
)

// Append writes a value of any type made of structs, pointers, slices, maps with
// strings as keys, strings, booleans and numbers. What an interface holds may be
// one of the basic types of [kinds], a list or a map of such. Anything else is
// an error.
func Append(b []byte, v any) ([]byte, error) { return appendValue(b, reflect.ValueOf(v)) }

func appendValue(b []byte, v reflect.Value) ([]byte, error) {
	var err error
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return append(b, 1), nil
		}
		return append(b, 0), nil
	case reflect.String:
		return AppendString(b, v.String()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return binary.AppendVarint(b, v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return binary.AppendUvarint(b, v.Uint()), nil
	case reflect.Float32, reflect.Float64:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(v.Float())), nil
	case reflect.Pointer:
		if v.IsNil() {
			return append(b, 0), nil
		}
		return appendValue(append(b, 1), v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if b, err = appendValue(b, v.Field(i)); err != nil {
				return nil, err
			}
		}
		return b, nil
	case reflect.Slice:
		if v.IsNil() {
			return append(b, 0), nil
		}
		b = binary.AppendUvarint(b, uint64(v.Len())+1)
		for i := range v.Len() {
			if b, err = appendValue(b, v.Index(i)); err != nil {
				return nil, err
			}
		}
		return b, nil
	case reflect.Map:
		if v.IsNil() {
			return append(b, 0), nil
		}
		if v.Type().Key().Kind() != reflect.String {
			break
		}
		keys := v.MapKeys()
		slices.SortFunc(keys, func(x, y reflect.Value) int { return strings.Compare(x.String(), y.String()) })
		b = binary.AppendUvarint(b, uint64(len(keys))+1)
		for _, k := range keys {
			if b, err = appendValue(AppendString(b, k.String()), v.MapIndex(k)); err != nil {
				return nil, err
			}
		}
		return b, nil
	case reflect.Interface:
		if v.IsNil() {
			return append(b, 0), nil
		}
		i := slices.Index(kinds, v.Elem().Type())
		if i < 0 {
			return nil, fmt.Errorf("a %s cannot be kept", v.Elem().Type())
		}
		return appendValue(append(b, byte(i+1)), v.Elem())
	}
	return nil, fmt.Errorf("a %s cannot be kept", v.Type())
}

// kinds are what an interface may hold.
var kinds = []reflect.Type{
	reflect.TypeFor[string](), reflect.TypeFor[float64](), reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[int64](),
	reflect.TypeFor[[]any](), reflect.TypeFor[map[string]any](), reflect.TypeFor[[]string](), reflect.TypeFor[[]float64](),
}

// AppendString writes a string.
func AppendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// Value reads a value into the variable that the pointer leads to. Its strings
// are cut out of the text.
func (r *Reader) Value(into any) { r.value(reflect.ValueOf(into).Elem()) }

func (r *Reader) value(v reflect.Value) {
	if r.Err != nil {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.byte() == 1)
	case reflect.String:
		v.SetString(r.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(r.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(r.Uint())
	case reflect.Float32, reflect.Float64:
		if s := r.take(8); r.Err == nil {
			v.SetFloat(math.Float64frombits(binary.LittleEndian.Uint64([]byte(s))))
		}
	case reflect.Pointer:
		if r.byte() == 1 {
			p := reflect.New(v.Type().Elem())
			r.value(p.Elem())
			v.Set(p)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			r.value(v.Field(i))
		}
	case reflect.Slice:
		if n := r.Count(); n > 0 {
			list := reflect.MakeSlice(v.Type(), n-1, n-1)
			for i := range n - 1 {
				r.value(list.Index(i))
			}
			v.Set(list)
		}
	case reflect.Map:
		if n := r.Count(); n > 0 {
			m := reflect.MakeMapWithSize(v.Type(), n-1)
			for range n - 1 {
				key := reflect.New(v.Type().Key()).Elem()
				key.SetString(r.String())
				one := reflect.New(v.Type().Elem()).Elem()
				r.value(one)
				m.SetMapIndex(key, one)
			}
			v.Set(m)
		}
	case reflect.Interface:
		n := int(r.byte())
		if n > len(kinds) {
			r.Err = errShort
		} else if n > 0 {
			one := reflect.New(kinds[n-1]).Elem()
			r.value(one)
			v.Set(one)
		}
	default:
		r.Err = fmt.Errorf("a %s cannot be kept", v.Type())
	}
}
