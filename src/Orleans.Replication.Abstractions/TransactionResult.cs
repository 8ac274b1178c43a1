namespace Orleans.Replication;

/// <summary>How a transaction ended.</summary>
public sealed class TransactionResult
{
    private readonly IReadOnlyList<object?> _results;
    private readonly long _version;

    private TransactionResult(long version, IReadOnlyList<object?> results, IReadOnlyList<TransactionConflict> conflicts)
    {
        _version = version;
        _results = results;
        Conflicts = conflicts;
    }

    /// <summary>True when everything happened; false when a condition did not hold, and nothing did.</summary>
    public bool Committed => Conflicts.Count == 0;

    /// <summary>The conditions that did not hold, all of them, in the order in which they were added.</summary>
    public IReadOnlyList<TransactionConflict> Conflicts { get; }

    /// <summary>The transaction's place in the group's history: the version of every state that it has changed.</summary>
    /// <exception cref="InvalidOperationException">It was not committed.</exception>
    public long Version => Committed ? _version : throw NotCommitted();

    /// <summary>The result of an operation.</summary>
    /// <exception cref="InvalidOperationException">The transaction was not committed.</exception>
    /// <exception cref="ArgumentException"><paramref name="step"/> is of another transaction.</exception>
    public TResult ResultOf<TResult>(TransactionStep<TResult> step)
    {
        if (!Committed)
            throw NotCommitted();
        return step.Operation < _results.Count && _results[step.Operation] is (TResult or null) and var result
            ? (TResult)result!
            : throw new ArgumentException($"The transaction has no operation {step.Operation} with a result of type {typeof(TResult)}.", nameof(step));
    }

    /// <summary>The result of a transaction that was committed.</summary>
    /// <param name="version">Its place in the group's history.</param>
    /// <param name="results">The results of its operations, in their order.</param>
    public static TransactionResult Of(long version, params IReadOnlyList<object?> results) => new(version, results, []);

    /// <summary>The result of a transaction whose conditions did not hold.</summary>
    /// <exception cref="ArgumentException">There is no conflict.</exception>
    public static TransactionResult Refused(IReadOnlyList<TransactionConflict> conflicts)
    {
        ArgumentNullException.ThrowIfNull(conflicts);
        return conflicts.Count > 0
            ? new(0, [], conflicts)
            : throw new ArgumentException("A transaction without a conflict was not refused.", nameof(conflicts));
    }

    private InvalidOperationException NotCommitted() => new(
        $"The transaction was not committed, so it has no results: state '{Conflicts[0].StateName}' of {Conflicts[0].Grain} had version {Conflicts[0].ActualVersion}"
        + $"{(Conflicts[0].ExpectedVersion is { } expected ? $", and {expected} was required" : ", and was required to exist")}. Look at {nameof(Committed)} first.");
}
