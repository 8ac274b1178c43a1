namespace Orleans.Replication.Raft.Tests.Damage;

/// <summary>Why a damage that nobody notices does no harm. Where nothing says so, the test fails.</summary>
internal static class NoHarm
{
    public static string? Because(DamageCase row) => (row.Pattern, row.Kind) switch
    {
        ("snapshots", DamageKind.Missing) => "the state and the log are whole, and the next snapshot is taken as ever",
        ("snapshots/*/*.sst", DamageKind.FlippedBit or DamageKind.ZeroedPage) => "a snapshot's files are compared with their checksums before they are sent or installed, and it is replaced then",
        ("state", DamageKind.Missing) => "the state is made anew from the snapshot and the log behind it, which are whole",
        ("state/*/MANIFEST-*", DamageKind.TornTail) => "the state is as it was at an earlier flush, its position included, and the log is applied from there",
        ("log/checkpoint", DamageKind.LowerCommitIndex) => "the leader tells how far the log is committed",
        ("flushed", _) => "it only guards the log, which is whole, and is written anew",
        ("", DamageKind.Missing) => "as with an emptied disk: it is nobody until its peers have made it whole",
        _ => null,
    };
}
