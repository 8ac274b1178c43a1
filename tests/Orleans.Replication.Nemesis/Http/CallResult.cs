namespace Orleans.Replication.Nemesis.Http;

/// <summary>How a call ended, and what it answered when it was acknowledged.</summary>
internal readonly record struct CallResult<T>(CallOutcome Outcome, T? Value = default)
{
    /// <summary>What was said instead of an acknowledgement; null where nothing was.</summary>
    public string? Reason { get; init; }

    public static CallResult<T> Acknowledged(T value) => new(CallOutcome.Acknowledged, value);

    public CallResult<TOther> Map<TOther>(Func<T, TOther> map) =>
        Outcome == CallOutcome.Acknowledged ? new(Outcome, map(Value!)) : new CallResult<TOther>(Outcome) { Reason = Reason };
}
