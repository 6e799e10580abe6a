// The commands of one script of the specification's suite: what node_host.js of
// tests/spec does, in wazero. One JSON line for each command with what happened.
// Modules that wazero does not take as they are, before they are packed, are
// reported as such, and so is what refers to them.

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// What is wrong with a bundle, and no error of linking.
type notTaken struct{ error }

type command struct {
	I                          int
	Do, Wasm, Source, Name, As string
	Module, Field              string
	Args                       []string
	Type                       struct {
		functionType
		Value string `json:"value"`
	}
}

type instance struct {
	module      api.Module
	unsupported string // why wazero does not have it
	trapWord    uint32 // its address in `memory`; 0: none
	memory      api.Memory
}

type session struct {
	runtime      wazero.Runtime
	memoryExport string
	current      *instance
	named        map[string]*instance
	registered   map[string]*instance
	instantiated context.Context // by which imports find what is registered
}

func newSession(spectest, memoryExport string) (*session, error) {
	features := api.CoreFeaturesV2 | experimental.CoreFeaturesTailCall |
		experimental.CoreFeaturesExtendedConst
	s := &session{
		runtime: wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler().
			WithCustomSections(true).WithCoreFeatures(features)),
		memoryExport: memoryExport,
		named:        map[string]*instance{}, registered: map[string]*instance{},
	}
	s.instantiated = experimental.WithImportResolver(ctx,
		func(name string) api.Module {
			if found := s.registered[name]; found != nil {
				return found.module
			}
			return nil
		})
	i32 := api.ValueTypeI32
	// For the VM alone: nothing can be written.
	if _, err := s.runtime.NewHostModuleBuilder(wasi).NewFunctionBuilder().
		WithGoModuleFunction(api.GoModuleFunc(
			func(_ context.Context, _ api.Module, stack []uint64) {
				stack[0] = badDescriptor
			}), []api.ValueType{i32, i32, i32, i32}, []api.ValueType{i32}).
		Export("fd_write").Instantiate(ctx); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(spectest)
	if err != nil {
		return nil, err
	}
	_, err = s.runtime.InstantiateWithConfig(ctx, data,
		wazero.NewModuleConfig().WithName("spectest"))
	return s, err
}

func (s *session) isSupported(source string) error {
	data, err := os.ReadFile(source)
	if err != nil {
		return nil
	}
	compiled, err := s.runtime.CompileModule(ctx, data)
	if err == nil {
		compiled.Close(ctx)
	}
	return err
}

// An instance that is not supported has no module.
func (s *session) instantiate(c command) (*instance, error) {
	if err := s.isSupported(c.Source); err != nil {
		return &instance{unsupported: err.Error()}, nil
	}
	data, err := os.ReadFile(c.Wasm)
	if err != nil {
		return nil, notTaken{err}
	}
	compiled, err := s.runtime.CompileModule(ctx, data)
	if err != nil {
		return nil, notTaken{err}
	}
	for _, function := range compiled.ImportedFunctions() {
		module, _, _ := function.Import()
		if from := s.registered[module]; from != nil && from.module == nil {
			return &instance{unsupported: from.unsupported}, nil
		}
	}
	made := &instance{}
	made.module, err = s.runtime.InstantiateModule(s.instantiated, compiled,
		wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return nil, err
	}
	made.memory = made.module.ExportedMemory(s.memoryExport)
	for _, section := range compiled.CustomSections() {
		if section.Name() == "ireko" && made.memory != nil {
			info := run{info: section.Data()}
			made.trapWord = info.word(infoState) + stateTrap
		}
	}
	return made, nil
}

func (s *session) target(c command) *instance {
	if c.Module != "" {
		return s.named[c.Module]
	}
	return s.current
}

// How many words of the API a value of the type takes.
func wordsOf(t string) int {
	if t == "v128" {
		return 2
	}
	return 1
}

func encodeValue(t, text string) []uint64 {
	if strings.HasSuffix(t, "ref") {
		if text == "null" {
			return []uint64{0}
		}
		number, _ := strconv.ParseUint(strings.TrimPrefix(text, "extern:"), 10, 64)
		return []uint64{number + 1}
	}
	if t == "v128" {
		high, _ := strconv.ParseUint(text[:16], 16, 64)
		low, _ := strconv.ParseUint(text[16:], 16, 64)
		return []uint64{low, high}
	}
	value, _ := strconv.ParseUint(text, 16, 64)
	return []uint64{value}
}

func decodeValue(t string, words []uint64) string {
	switch {
	case t == "v128":
		return fmt.Sprintf("%016x%016x", words[1], words[0])
	case !strings.HasSuffix(t, "ref"):
		return bitsOf(t, words[0])
	case words[0] == 0:
		return "null"
	case t == "externref":
		return fmt.Sprintf("extern:%d", words[0]-1)
	}
	return "func"
}

func decodeValues(types []string, words []uint64) []string {
	values := []string{}
	for _, t := range types {
		values = append(values, decodeValue(t, words))
		words = words[wordsOf(t):]
	}
	return values
}

func (s *session) act(c command) (record, error) {
	values := []string{}
	switch c.Do {
	case "module", "instantiate":
		made, err := s.instantiate(c)
		if c.Do == "module" {
			s.current = made
			if c.Name != "" {
				s.named[c.Name] = made
			}
		}
		if err != nil {
			return nil, err
		}
		if made.module == nil {
			return record{"unsupported": made.unsupported}, nil
		}
		return record{"values": values}, nil
	}
	from := s.target(c)
	if from == nil {
		return record{"error": "no such instance"}, nil
	}
	if c.Do == "register" {
		s.registered[c.As] = from
	}
	if from.module == nil {
		return record{"unsupported": from.unsupported}, nil
	}
	switch c.Do {
	case "invoke":
		var words []uint64
		for i, arg := range c.Args {
			words = append(words, encodeValue(c.Type.Params[i], arg)...)
		}
		results, err := from.module.ExportedFunction(c.Field).Call(ctx, words...)
		if err != nil {
			return nil, err
		}
		values = decodeValues(c.Type.Results, results)
	case "get":
		global := from.module.ExportedGlobal(c.Field)
		values = []string{decodeValue(c.Type.Value, []uint64{global.Get()})}
	}
	return record{"values": values}, nil
}

func (s *session) outcome(c command) (result record) {
	var instances []*instance
	for _, each := range s.named {
		instances = append(instances, each)
	}
	instances = append(instances, s.current)
	words := func(visit func(memory api.Memory, address uint32)) {
		for _, each := range instances {
			if each != nil && each.trapWord != 0 {
				visit(each.memory, each.trapWord)
			}
		}
	}
	words(func(memory api.Memory, address uint32) {
		memory.WriteUint32Le(address, 0)
	})
	defer func() {
		if panicked := recover(); panicked != nil {
			result = record{"error": fmt.Sprint(panicked)}
		}
	}()
	result, err := s.act(c)
	if err == nil {
		return result
	}
	if _, isNotTaken := err.(notTaken); isNotTaken {
		return record{"error": err.Error()}
	}
	text := strings.SplitN(err.Error(), "\n", 2)[0]
	if c.Do != "invoke" && !strings.Contains(text, trapPrefix) {
		return record{"link": text}
	}
	raised := uint32(0)
	words(func(memory api.Memory, address uint32) {
		if value, _ := memory.ReadUint32Le(address); value != 0 {
			raised = value
		}
	})
	return outcomeOf(err, nil, raised)
}

func runSpec(path string) error {
	text, err := os.ReadFile(path)
	var plan struct {
		MemoryExport, Spectest string
		Commands               []command
	}
	if err == nil {
		err = json.Unmarshal(text, &plan)
	}
	if err != nil {
		return err
	}
	s, err := newSession(plan.Spectest, plan.MemoryExport)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for _, c := range plan.Commands {
		result := s.outcome(c)
		result["i"] = c.I
		out.Encode(result)
	}
	return nil
}
