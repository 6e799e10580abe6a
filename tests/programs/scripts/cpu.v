// A small processor to be synthesised: four registers of 6 bits, eight
// operations, a memory, jumps, and a counter of its own as a peripheral.

module alu (
    input [2:0] operation,
    input signed [5:0] a,
    input signed [5:0] b,
    output reg [5:0] result,
    output zero
);
  always @* begin
    case (operation)
      3'd0: result = a + b;
      3'd1: result = a - b;
      3'd2: result = a & b;
      3'd3: result = a ^ b;
      3'd4: result = a << b[2:0];
      3'd5: result = a >>> b[2:0];
      3'd6: result = {5'd0, a < b};
      default: result = b;
    endcase
  end
  assign zero = result == 0;
endmodule

module counter #(parameter WIDTH = 4) (
    input clock,
    input reset,
    input enable,
    output reg [WIDTH-1:0] value
);
  always @(posedge clock)
    if (reset) value <= 0;
    else if (enable) value <= value + 1'b1;
endmodule

module cpu (
    input clock,
    input reset,
    input [15:0] instruction,
    output reg [5:0] pc,
    output reg [5:0] out,
    output [4:0] retired
);
  localparam FETCH = 2'd0, EXECUTE = 2'd1, MEMORY = 2'd2, HALT = 2'd3;

  // kind 15-13, target 12-11, source 10-9, immediate? 8, value 5-0
  reg [15:0] current;
  wire [2:0] kind = current[15:13];
  wire [1:0] target = current[12:11];
  wire [1:0] source = current[10:9];
  wire [5:0] value = current[5:0];

  reg [1:0] state;
  reg [5:0] registers[0:3];
  reg [5:0] memory[0:3];
  wire [5:0] left = registers[target];
  wire [5:0] right = current[8] ? value : registers[source];
  wire [5:0] result;
  wire zero;
  wire writes = kind < 3'd5;

  alu alu_i (.operation(kind), .a(left), .b(right), .result(result), .zero(zero));
  counter #(.WIDTH(5)) retired_i (
      .clock(clock), .reset(reset), .enable(state == EXECUTE), .value(retired));

  integer i;
  always @(posedge clock) begin
    if (reset) begin
      state <= FETCH;
      pc <= 0;
      out <= 0;
      for (i = 0; i < 4; i = i + 1) registers[i] <= 0;
    end else begin
      case (state)
        FETCH: begin
          current <= instruction;
          pc <= pc + 1'b1;
          state <= EXECUTE;
        end
        EXECUTE: begin
          state <= FETCH;
          if (writes) registers[target] <= result;
          else if (kind == 3'd5) state <= MEMORY;
          else if (kind == 3'd6) begin
            if (!zero) pc <= right;
          end else if (current[8]) state <= HALT;
          else out <= left;
        end
        MEMORY: begin
          if (current[8]) memory[value[1:0]] <= left;
          else registers[target] <= memory[right[1:0]];
          state <= FETCH;
        end
        default: state <= HALT;
      endcase
    end
  end
endmodule
