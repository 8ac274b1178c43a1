namespace Orleans.Replication.States.Chains;

/// <summary>
/// Where the chain of a state is kept, in the table of the states: <c>0 | a letter | the state's key</c>. No state has such a key (<see cref="StateKey.IsState"/>).
/// </summary>
internal static class ChainKeys
{
    /// <summary>A state with a longer key has no chain: the keys of a chain are longer still.</summary>
    public const int MaxStateKeyBytes = 4 << 10;

    /// <summary>The state as it was before the first operation of the chain.</summary>
    public static byte[] Start(ReadOnlySpan<byte> state) => [0, (byte)'s', .. state];

    /// <summary>The operations since (<see cref="ChainRecord"/>).</summary>
    public static byte[] Operations(ReadOnlySpan<byte> state) => [0, (byte)'o', .. state];
}
