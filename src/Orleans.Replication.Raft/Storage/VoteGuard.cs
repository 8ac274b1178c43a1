using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using DotNext.Net.Cluster.Consensus.Raft;
using Orleans.Replication.Raft.Engine.Guards;
using Orleans.Replication.Raft.Engine.Members;

namespace Orleans.Replication.Raft.Storage;

/// <summary>
/// The last vote that this member has given, with a checksum: the engine's own file has none, and a flipped bit there would be a second vote in a term
/// (SAFETY 1). It is on disk before the vote is answered; at the start, the engine's file may be ahead of it, never behind, and of the same term only with the
/// same vote. A flipped bit that raises the term there is no harm: nothing was promised in that term.
/// </summary>
/// <remarks><c>vote</c>: format version (1 byte), term, length of the id (2 bytes), id, XxHash3 of all before.</remarks>
internal sealed class VoteGuard(string path, Action begin)
{
    private const byte FormatVersion = 1;
    private const int HeaderBytes = 1 + sizeof(long) + sizeof(ushort);

    private readonly Lock _gate = new();
    private (long Term, string Candidate) _last;

    /// <param name="path">The file.</param>
    /// <param name="hasBegun">True when there was a vote.</param>
    /// <param name="begin">Called when the first vote is on disk, before it counts.</param>
    /// <exception cref="RaftStorageException">The file is damaged, or lost.</exception>
    public static VoteGuard Open(string path, bool hasBegun, Action begin)
    {
        var guard = new VoteGuard(path, begin);
        if (File.Exists(path))
            guard._last = Decode(path, File.ReadAllBytes(path));
        else if (hasBegun)
            throw RaftStorageException.Damage($"'{path}', this member's last vote, is missing.");
        return guard;
    }

    /// <summary>Puts a vote on disk, unless it is there.</summary>
    public void Record(long term, string candidate)
    {
        lock (_gate)
        {
            if (_last == (term, candidate) || term < _last.Term)
                return;
            DurableFile.Write(path, Encode(term, candidate));
            if (_last.Candidate is null)
                begin();
            _last = (term, candidate);
        }
    }

    /// <exception cref="DamagedLogException">The engine's file has forgotten a vote.</exception>
    public void RequireIn(IPersistentState state)
    {
        if (_last.Candidate is not { } candidate || state.Term > _last.Term)
            return;
        if (state.Term < _last.Term)
            throw new DamagedLogException($"this member has voted in term {_last.Term}, and the vote on disk is of term {state.Term}");
        if (!state.IsVotedFor(MemberIds.Of(candidate)) || state.IsVotedFor(MemberIds.Of(candidate + "'")))
            throw new DamagedLogException($"this member has voted for {candidate} in term {_last.Term}, and the vote on disk is another");
    }

    private static byte[] Encode(long term, string candidate)
    {
        var id = Encoding.UTF8.GetBytes(candidate);
        var bytes = new byte[HeaderBytes + id.Length + sizeof(ulong)];
        bytes[0] = FormatVersion;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(1), term);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(1 + sizeof(long)), checked((ushort)id.Length));
        id.CopyTo(bytes, HeaderBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(^sizeof(ulong)), XxHash3.HashToUInt64(bytes.AsSpan(..^sizeof(ulong))));
        return bytes;
    }

    private static (long Term, string Candidate) Decode(string path, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes + sizeof(ulong) || XxHash3.HashToUInt64(bytes[..^sizeof(ulong)]) != BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..]))
            throw RaftStorageException.Damage($"'{path}', this member's last vote, is damaged: its checksum is wrong.");
        if (bytes[0] != FormatVersion)
            throw new RaftStorageException($"'{path}' is of format version {bytes[0]}; this software reads version {FormatVersion}.");
        var id = bytes[HeaderBytes..^sizeof(ulong)];
        return (BinaryPrimitives.ReadInt64LittleEndian(bytes[1..]), Encoding.UTF8.GetString(id));
    }
}
