// What drive.js of tests/differential does, in wazero: runs one batch of modules in
// all variants and prints one JSON line for each. Modules with what its API cannot
// pass (v128, references) or provide (globals, tables, memories) are left out, and
// said to be.

package main

import (
	"context"
	"crypto/md5"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand"
	"os"
	"sort"
	"strconv"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

const (
	page          = 65536
	reentries     = 2
	reentryExport = "reenter"
	fuelExport    = "ireko.fuel"
	hostError     = "the host throws"
	trapPrefix    = "wasm error: "
	wasi          = "wasi_snapshot_preview1"
	badDescriptor = 8
	// Of BundleInfo and VmState in vm/layout.h.
	infoState, infoGuestBase, stateTrap = 4, 24, 28
)

type functionType struct {
	Params  []string `json:"params"`
	Results []string `json:"results"`
}

type job struct {
	Id       string
	Seed     int64
	Variants []struct{ Variant, Path string }
	Imports  []struct {
		Module, Name string
		Type         struct {
			functionType
			Value string `json:"value"`
		}
	}
	Exports []struct{ Name, Kind string }

	Functions []struct {
		Name  string
		Type  functionType
		Calls [][]string
		Times int
	}
}

type record map[string]any

var valueTypes = map[string]api.ValueType{"i32": api.ValueTypeI32,
	"i64": api.ValueTypeI64, "f32": api.ValueTypeF32, "f64": api.ValueTypeF64}

// Of the binary format; its API has no name for it.
const valueTypeFuncref api.ValueType = 0x70

var ctx = context.Background()

// What cannot be run, or "".
func (j *job) obstacle() string {
	check := func(types ...string) string {
		for _, t := range types {
			if _, known := valueTypes[t]; !known {
				return t
			}
		}
		return ""
	}
	for _, i := range j.Imports {
		if i.Type.Params == nil {
			return "an import of another kind"
		}
		if bad := check(append(i.Type.Params, i.Type.Results...)...); bad != "" {
			return bad
		}
	}
	for _, f := range j.Functions {
		if bad := check(append(f.Type.Params, f.Type.Results...)...); bad != "" {
			return bad
		}
	}
	return ""
}

// Answers the imports, the same for every variant, and logs the calls.
type host struct {
	random    *rand.Rand
	log       [][]any
	reentries int
	// Whether a call from an import has trapped: the caller sees hostError.
	innerTrap bool
}

func bitsOf(t string, value uint64) string {
	if t == "i32" || t == "f32" {
		return fmt.Sprintf("%08x", uint32(value))
	}
	return fmt.Sprintf("%016x", value)
}

func (h *host) value(t string) uint64 {
	small := h.random.Intn(2) == 0
	switch t {
	case "f32", "f64":
		value := h.random.Float64()*2e6 - 1e6
		if small {
			value = float64(h.random.Intn(100))
		}
		if t == "f32" {
			return uint64(math.Float32bits(float32(value)))
		}
		return math.Float64bits(value)
	}
	value := h.random.Uint64()
	if small {
		value %= 200
	}
	if t == "i32" {
		value = uint64(uint32(value))
	}
	return value
}

func (h *host) answer(name string, types functionType) api.GoModuleFunc {
	return func(_ context.Context, module api.Module, stack []uint64) {
		call := []any{name}
		for i, t := range types.Params {
			call = append(call, bitsOf(t, stack[i]))
		}
		h.log = append(h.log, call)
		if h.random.Intn(50) == 0 {
			panic(errors.New(hostError))
		}
		reenter := module.ExportedFunction(reentryExport)
		if reenter != nil && h.reentries < reentries && h.random.Intn(3) == 0 {
			h.reentries++
			argument := uint64(h.random.Intn(100))
			results, err := reenter.Call(ctx, argument)
			if err != nil {
				h.innerTrap = h.innerTrap ||
					!strings.Contains(err.Error(), hostError)
				panic(errors.New(hostError))
			}
			h.log = append(h.log, []any{"reentered", argument, results})
			h.reentries--
		}
		for i, t := range types.Results {
			stack[i] = h.value(t)
		}
	}
}

type run struct {
	runtime wazero.Runtime
	module  api.Module
	memory  api.Memory
	host    host
	info    []byte
}

func (r *run) provide(compiled wazero.CompiledModule, j *job) error {
	known := map[[2]string]functionType{}
	for _, i := range j.Imports {
		known[[2]string{i.Module, i.Name}] = i.Type.functionType
	}
	builders := map[string]wazero.HostModuleBuilder{}
	var order []string
	for _, definition := range compiled.ImportedFunctions() {
		module, name, _ := definition.Import()
		builder, isThere := builders[module]
		if !isThere {
			builder = r.runtime.NewHostModuleBuilder(module)
			order = append(order, module)
		}
		types, isKnown := known[[2]string{module, name}]
		function := r.host.answer(name, types)
		if !isKnown {
			// Only the VM wants it: nothing can be written.
			function = func(_ context.Context, _ api.Module, stack []uint64) {
				stack[0] = badDescriptor
			}
		}
		builders[module] = builder.NewFunctionBuilder().WithGoModuleFunction(
			function, definition.ParamTypes(), definition.ResultTypes()).
			Export(name)
	}
	for _, module := range order {
		if _, err := builders[module].Instantiate(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) word(info int) uint32 {
	return binary.LittleEndian.Uint32(r.info[info:])
}

func (r *run) trap() uint32 {
	if r.info == nil || r.memory == nil {
		return 0
	}
	value, _ := r.memory.ReadUint32Le(r.word(infoState) + stateTrap)
	return value
}

func outcomeOf(err error, values []string, trap uint32) record {
	if err == nil {
		return record{"values": values}
	}
	text := err.Error()
	if strings.Contains(text, hostError) {
		return record{"error": hostError}
	}
	first := strings.SplitN(text, "\n", 2)[0]
	if _, after, found := strings.Cut(first, trapPrefix); found {
		return record{"trap": after, "vm": trap}
	}
	return record{"trap": first, "vm": trap}
}

func (r *run) observe(name string, types functionType, args []string,
	times int) record {
	tally := map[string]int{}
	var last record
	for i := 0; i < times; i++ {
		r.host.log, r.host.reentries = [][]any{}, 0
		r.host.innerTrap = false
		if r.info != nil && r.memory != nil {
			r.memory.WriteUint32Le(r.word(infoState)+stateTrap, 0)
		}
		raw := make([]uint64, len(args))
		for k, text := range args {
			raw[k], _ = strconv.ParseUint(text, 16, 64)
		}
		results, err := r.module.ExportedFunction(name).Call(ctx, raw...)
		values := []string{}
		for k, value := range results {
			values = append(values, bitsOf(types.Results[k], value))
		}
		last = outcomeOf(err, values, r.trap())
		for _, kind := range []string{"values", "trap", "error"} {
			if _, isIt := last[kind]; isIt {
				tally[kind]++
			}
		}
	}
	last["log"], last["tally"] = r.host.log, tally
	last["innerTrap"] = r.host.innerTrap
	if fuel := r.module.ExportedFunction(fuelExport); fuel != nil {
		if used, err := fuel.Call(ctx); err == nil {
			last["fuel"] = fmt.Sprint(used[0])
		}
	}
	return last
}

func (r *run) state(j *job) record {
	globals, memories := record{}, record{}
	for _, e := range j.Exports {
		switch e.Kind {
		case "global":
			global := r.module.ExportedGlobal(e.Name)
			if t := global.Type(); t == api.ValueTypeExternref ||
				t == valueTypeFuncref {
				globals[e.Name] = fmt.Sprint(global.Get() == 0) // an address
			} else {
				globals[e.Name] = fmt.Sprintf("%x", global.Get())
			}
		case "memory":
			memory := r.module.ExportedMemory(e.Name)
			base := uint32(0)
			if r.info != nil {
				base = r.word(infoGuestBase)
			}
			bytes, _ := memory.Read(base, memory.Size()-base)
			memories[e.Name] = fmt.Sprintf("%d pages, %x", len(bytes)/page,
				md5.Sum(bytes))
		}
	}
	return record{"globals": globals, "memories": memories}
}

func runVariant(engine wazero.RuntimeConfig, j *job, path, memoryExport string) record {
	data, err := os.ReadFile(path)
	if err != nil {
		return record{"broken": err.Error()}
	}
	sections := []record{}
	exported := []string{}
	for _, function := range j.Functions {
		config := engine.WithCustomSections(true).
			WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesTailCall)
		r := &run{runtime: wazero.NewRuntimeWithConfig(ctx, config)}
		compiled, err := r.runtime.CompileModule(ctx, data)
		if err != nil {
			r.runtime.Close(ctx)
			return record{"broken": err.Error()}
		}
		for _, section := range compiled.CustomSections() {
			if section.Name() == "ireko" {
				r.info = section.Data()
			}
		}
		exported = []string{}
		for name := range compiled.ExportedFunctions() {
			if name != fuelExport {
				exported = append(exported, "function "+name)
			}
		}
		for name := range compiled.ExportedMemories() {
			if name != memoryExport {
				exported = append(exported, "memory "+name)
			}
		}
		sort.Strings(exported)
		r.host = host{random: rand.New(rand.NewSource(j.Seed)), log: [][]any{}}
		if err := r.provide(compiled, j); err != nil {
			r.runtime.Close(ctx)
			return record{"broken": err.Error()}
		}
		r.module, err = r.runtime.InstantiateModule(ctx, compiled,
			wazero.NewModuleConfig().WithStartFunctions())
		start := outcomeOf(err, []string{}, 0)
		if err != nil {
			sections = append(sections, record{"name": "", "records": []record{start},
				"state": nil})
			r.runtime.Close(ctx)
			break
		}
		r.memory = r.module.ExportedMemory(memoryExport)
		start["log"] = r.host.log
		records := []record{start}
		for _, args := range function.Calls {
			records = append(records, r.observe(function.Name, function.Type, args,
				function.Times))
		}
		sections = append(sections, record{"name": function.Name, "records": records,
			"state": r.state(j)})
		r.runtime.Close(ctx)
	}
	return record{"exported": exported, "sections": sections}
}

func runBatch(path string, engine wazero.RuntimeConfig) error {
	text, err := os.ReadFile(path)
	var batch struct {
		MemoryExport string
		Jobs         []job
	}
	if err == nil {
		err = json.Unmarshal(text, &batch)
	}
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for i := range batch.Jobs {
		j := &batch.Jobs[i]
		obstacle := j.obstacle()
		cache := wazero.NewCompilationCache()
		for _, v := range j.Variants {
			var result record
			if obstacle != "" {
				result = record{"leftOut": obstacle}
			} else {
				result = runVariant(engine.WithCompilationCache(cache), j, v.Path,
					batch.MemoryExport)
			}
			result["id"], result["variant"] = j.Id, v.Variant
			out.Encode(result)
		}
		cache.Close(ctx)
	}
	return nil
}
