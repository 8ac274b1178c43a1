using CsCheck;

namespace Orleans.Replication.Libp2p.Tests.Support;

/// <summary>Generators of what a peer may send.</summary>
internal static class Bytes
{
    /// <summary>Any bytes, often short.</summary>
    internal static readonly Gen<byte[]> Any = Gen.OneOf(Gen.Byte.Array[0, 64], Gen.Byte.Array[0, 2_000]);

    /// <summary>A valid message with some bytes changed, cut off, or added: what comes close to being right finds more than noise does.</summary>
    internal static Gen<byte[]> Near(params byte[][] valid) =>
        from original in Gen.OneOf(valid)
        from changes in Gen.Select(Gen.Int[0, Math.Max(0, original.Length - 1)], Gen.Byte).Array[0, 4]
        from length in Gen.Int[0, original.Length]
        from cut in Gen.Bool
        from tail in Gen.Byte.Array[0, 8]
        select Mutate(original, changes, cut ? length : original.Length, tail);

    private static byte[] Mutate(byte[] original, (int Index, byte Value)[] changes, int length, byte[] tail)
    {
        var mutated = original.ToArray();
        foreach (var (index, value) in changes)
        {
            if (index < mutated.Length)
                mutated[index] = value;
        }

        return [.. mutated[..length], .. tail];
    }
}
