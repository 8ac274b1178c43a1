using System.Buffers.Binary;
using Google.Protobuf;
using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Divergence;

/// <summary>The hashes of a replica as they go to a peer.</summary>
internal static class DigestFormat
{
    public static GroupResponse Describe(IEnumerable<StateDigest> digests)
    {
        var response = new GroupResponse { Answer = Answer.Ok };
        foreach (var digest in digests)
        {
            var hash = new byte[StateDigest.HashBytes];
            BinaryPrimitives.WriteUInt128LittleEndian(hash, digest.Hash);
            response.Digests.Add(new Digest { Version = StateDigest.FormatVersion, Since = digest.Since, Index = digest.Index, Hash = UnsafeByteOperations.UnsafeWrap(hash) });
        }

        return response;
    }

    /// <summary>What a peer has answered; what is of another version is left out, since it cannot be compared.</summary>
    public static IReadOnlyList<StateDigest> Read(GroupResponse response) =>
    [
        .. response.Digests
            .Where(digest => digest.Version == StateDigest.FormatVersion && digest.Hash.Length == StateDigest.HashBytes)
            .Select(digest => new StateDigest(digest.Since, digest.Index, BinaryPrimitives.ReadUInt128LittleEndian(digest.Hash.Span))),
    ];
}
