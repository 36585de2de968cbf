"""What a prompt would cost before it is sent, and what a run did cost."""

from scripts import says

from heartbit_tui import Price, Usage, estimate_cost, run_sync

prompt = "Explain the architecture of this project. " * 100
for model in ("claude-haiku-4-5", "claude-opus-4-5", "nobody-knows-1"):
    guess = estimate_cost(model, prompt, output_tokens=2_000)
    print(f"{model}: " + ("unknown" if guess is None else f"about ${guess:.4f}"))

mine = {"nobody-knows-1": Price(input=1, output=2, cache_read=0.1, cache_write=1)}
print(estimate_cost("nobody-knows-1", Usage(input_tokens=1_000_000, output_tokens=500_000), prices=mine))

result = run_sync("hello", provider=says("Hello."), max_cost_usd=0.50, ephemeral=True)
print("This run:", "unknown" if result.cost_usd is None else f"${result.cost_usd:.4f}")
