using CsCheck;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Tests.Access;

/// <summary>Makes commands out of good ones that may be good no longer.</summary>
internal static class CommandMutations
{
    /// <summary>One of the samples, with its payload, its key or both changed, or taken from another one of them.</summary>
    public static Gen<Command> Of(IReadOnlyList<Command> samples)
    {
        var any = Gen.Int[0, samples.Count - 1];
        return Gen.Select(any, any, Gen.Int[0, 5], Mutation, Mutation).Select((index, other, kind, ofPayload, ofKey) =>
        {
            var command = samples[index];
            return kind switch
            {
                0 => command,
                1 or 2 => command with { Payload = ofPayload(command.Payload.ToArray()) },
                3 => command with { Key = ofKey(command.Key.ToArray()) },
                4 => command with { Key = ofKey(command.Key.ToArray()), Payload = ofPayload(command.Payload.ToArray()) },
                _ => command with { Key = samples[other].Key, Payload = ofPayload(samples[other].Payload.ToArray()) },
            };
        });
    }

    private static Gen<Func<byte[], byte[]>> Mutation => Gen.Select(Gen.Int[0, 6], Gen.Int[0, 4096], Gen.Byte, Gen.Byte.Array[0, 40]).Select(
        (kind, at, value, bytes) => (Func<byte[], byte[]>)(original => Mutate(original, kind, at, value, bytes)));

    private static byte[] Mutate(byte[] original, int kind, int at, byte value, byte[] bytes)
    {
        at %= original.Length + 1;
        switch (kind)
        {
            case 0:
                return original;
            case 1:
                return original[..at];
            case 2:
                return [.. original, .. bytes];
            case 3:
                return bytes;
            case 4:
                return [.. original.AsSpan(0, at), .. bytes, .. original.AsSpan(at)];
            default:
                var changed = original.ToArray();
                if (changed.Length > 0)
                    changed[at % changed.Length] = value;
                return changed;
        }
    }
}
