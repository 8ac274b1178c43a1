namespace Orleans.Replication.Nemesis.Linearizability;

/// <summary>One call of a client: when it began and ended, on a clock that never stands still, and what came back.</summary>
/// <param name="Client">Who called; only for people.</param>
/// <param name="Input">What was asked.</param>
/// <param name="Invoked">When.</param>
/// <param name="Returned">When the answer came; null when it never did: the call may take effect at any time after it began, or never.</param>
/// <param name="Output">The answer.</param>
internal sealed record Operation<TInput, TOutput>(string Client, TInput Input, long Invoked, long? Returned, TOutput? Output)
{
    public bool IsOpen => Returned is null;

    public override string ToString() => IsOpen
        ? $"[{Invoked}..      ] {Client}: {Input} -> no answer"
        : $"[{Invoked}..{Returned}] {Client}: {Input} -> {Output}";
}
