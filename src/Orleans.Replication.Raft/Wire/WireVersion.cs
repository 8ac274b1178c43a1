namespace Orleans.Replication.Raft.Wire;

/// <summary>The version of both protocols that this software speaks.</summary>
internal static class WireVersion
{
    public const uint Current = 1;

    /// <summary>What a message may have besides the commands in it.</summary>
    public const int OverheadBytes = 64 << 10;
}
