using Orleans.Replication.Raft;

namespace Consensus;

/// <summary>The state that the peers agree on. The digest depends on the order of the updates: equal digests are equal histories.</summary>
internal sealed record Ledger(long Updates, long Sum, ulong Digest);

/// <summary>The operation: every peer runs it, in the same order.</summary>
internal sealed record Enter(long Amount) : IConsensusOperation<Ledger>
{
    public Ledger ApplyTo(Ledger state, in ApplyContext context) =>
        new(state.Updates + 1, checked(state.Sum + Amount), unchecked((state.Digest * 1_099_511_628_211) ^ (ulong)Amount));
}
