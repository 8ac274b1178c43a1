using System.Buffers;
using Orleans.Replication.Keys;
using Orleans.Replication.Raft;
using Orleans.Replication.States.History;

namespace Orleans.Replication.States.Transactions;

/// <summary>
/// Runs one committed transaction. Its steps work on states of its own until the last has succeeded; only then does anything reach the table and the history. So a
/// refused one leaves no trace, and a state that several steps have changed has changed once.
/// </summary>
internal readonly ref struct TransactionRun
{
    // An odd number, so that the seeds of neighbouring steps differ in all bits (SplitMix64).
    private const ulong SeedStep = 0x9E3779B97F4A7C15;

    private readonly CommittedOperations _operations;
    private readonly CommandContext _context;
    private readonly int _version;
    private readonly IStateTransaction _states;
    private readonly Dictionary<byte[], ReadOnlyMemory<byte>> _changed = new(KeyComparer.Instance);

    // The dictionary has no order, and the history needs one (SAFETY 8).
    private readonly List<byte[]> _order = [];

    public TransactionRun(CommittedOperations operations, in CommandContext context, int version, IStateTransaction states)
    {
        _operations = operations;
        _context = context;
        _version = version;
        _states = states;
    }

    /// <summary>Runs it.</summary>
    /// <returns>The outcome, with a <see cref="TransactionAnswer"/>.</returns>
    /// <exception cref="UnreadableStateException">This silo cannot read an operation or a state.</exception>
    public CommandOutcome Run(TransactionBody transaction, in RecordingTransaction recording)
    {
        var conflicts = FindConflicts(transaction.Conditions);
        if (conflicts.Count > 0)
            return CommandOutcome.Rejected(TransactionAnswer.Conflicting(conflicts));

        var results = new ReadOnlyMemory<byte>[transaction.Steps.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var outcome = RunStep(i, transaction.Steps[i]);
            if (!outcome.Accepted)
                return CommandOutcome.Rejected(TransactionAnswer.Refused(i, outcome.Answer));
            results[i] = outcome.Answer;
        }

        foreach (var key in _order)
        {
            if (_changed[key] is { IsEmpty: false } record)
                recording.Put(key, record.Span);
            else
                recording.Delete(key);
        }

        return CommandOutcome.Ok(TransactionAnswer.Committed(_context.Index, results));
    }

    private List<(int Condition, long Version)> FindConflicts(IReadOnlyList<TransactionBody.Condition> conditions)
    {
        var conflicts = new List<(int Condition, long Version)>();
        for (var i = 0; i < conditions.Count; i++)
        {
            var version = _states.TryGet(conditions[i].Key.Span, out var record) ? record.Version : 0;
            if (conditions[i].Version is { } expected ? version != expected : version == 0)
                conflicts.Add((i, version));
        }

        return conflicts;
    }

    private OperationOutcome RunStep(int number, in TransactionBody.Step step)
    {
        var key = step.Key.ToArray();
        var grain = StateKey.GrainOf(key);
        switch (step.Kind)
        {
            case StateCommandKind.Write:
                Change(key, step.Body);
                return new(Accepted: true, default);
            case StateCommandKind.Clear:
                Change(key, default);
                return new(Accepted: true, default);
            default:
                var outcome = _operations.Read(step.Body, _context.Index).Run(state: null, Find(key), new OperationContext
                {
                    Index = _context.Index,
                    Timestamp = _context.Timestamp,
                    GrainId = grain,
                    Seed = unchecked(_context.Seed + ((ulong)number * SeedStep)),
                    Version = _version,
                });
                if (!outcome.After.IsEmpty)
                    Change(key, outcome.After.ToArray());
                return outcome;
        }
    }

    private ReadOnlySequence<byte> Find(byte[] key)
    {
        if (_changed.TryGetValue(key, out var changed))
            return new(changed);
        return _states.TryGet(key, out var record) ? record.Pieces : default;
    }

    private void Change(byte[] key, ReadOnlyMemory<byte> record)
    {
        if (_changed.TryAdd(key, record))
            _order.Add(key);
        else
            _changed[key] = record;
    }
}
