using System.Buffers;
using Orleans.Replication.Raft;
using Orleans.Replication.States.Chains;

namespace Orleans.Replication.States.History;

/// <summary>
/// The table of the states while one command changes some: what the command does to them also goes into the history. A command changes each state once, and only
/// when nothing can refuse it any more.
/// </summary>
/// <param name="context">The command.</param>
/// <param name="origin">Who proposed it (<see cref="OriginFormat"/>), in memory of its own.</param>
/// <param name="history">The history.</param>
/// <param name="chains">The operations on large states.</param>
/// <param name="states">The states.</param>
internal readonly ref struct RecordingTransaction(
    in CommandContext context, ReadOnlyMemory<byte> origin, StateHistory history, OperationChains chains, IStateTransaction states)
{
    private readonly CommandContext _context = context;

    /// <summary>Writes a state.</summary>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record)
    {
        TryGet(key, out var before, out var previous);
        chains.End(key, before, states);
        Put(key, record, before, previous);
    }

    /// <summary>Writes what an operation has made of a state.</summary>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record, in ReadOnlySequence<byte> before, long previous)
    {
        var kept = states.Put(key, record, before);
        history.Add(key, new(_context.Index, StateChangeKind.Written, previous, _context.Timestamp, kept, origin));
    }

    /// <summary>Deletes a state.</summary>
    /// <returns>False when there was none, which changes nothing.</returns>
    public bool Delete(ReadOnlySpan<byte> key)
    {
        if (!TryGet(key, out var before, out var previous))
            return false;
        chains.End(key, before, states);
        states.Delete(key);
        history.Add(key, new(_context.Index, StateChangeKind.Cleared, previous, _context.Timestamp, default, origin));
        return true;
    }

    /// <inheritdoc cref="StateHistory.TryGetCurrent"/>
    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlySequence<byte> record, out long version) => history.TryGetCurrent(key, states, out record, out version);
}
