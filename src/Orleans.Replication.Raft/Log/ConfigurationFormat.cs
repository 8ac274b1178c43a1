using System.Buffers;
using System.Net;
using System.Text;
using Orleans.Replication.Raft.Membership;

namespace Orleans.Replication.Raft.Log;

/// <summary>
/// A configuration of the group: a log entry of its own, and a value of the state.
/// <code>mark u8 (0xC0), version u8, group (varint length + UTF-8), count varint, then per member: role u8, id and address (varint length + UTF-8 each)</code>
/// The mark is no version of <see cref="EntryFormat"/>: software that knows no configurations refuses the entry.
/// </summary>
internal sealed class ConfigurationFormat(string group, Func<EndPoint, string> formatEndPoint, Func<string, EndPoint> parseEndPoint)
{
    private const byte Mark = 0xC0;
    private const byte Version = 1;
    private const int MaxMembers = 1024;

    private readonly byte[] _group = Encoding.UTF8.GetBytes(group);

    /// <summary>True for a configuration, false for commands.</summary>
    public static bool IsConfiguration(ReadOnlySpan<byte> entry) => !entry.IsEmpty && entry[0] == Mark;

    public byte[] Encode(GroupConfiguration configuration)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write([Mark, Version]);
        WriteBytes(buffer, _group);
        WriteNumber(buffer, (ulong)configuration.Members.Count);
        foreach (var member in configuration.Members)
        {
            buffer.Write([(byte)member.Role]);
            WriteBytes(buffer, Encoding.UTF8.GetBytes(member.Id));
            WriteBytes(buffer, Encoding.UTF8.GetBytes(formatEndPoint(member.EndPoint)));
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="LogFormatException">The bytes are no configuration of this group in this version.</exception>
    public GroupConfiguration Decode(ReadOnlyMemory<byte> entry)
    {
        var cursor = new SpanCursor(entry);
        var (mark, version) = (cursor.ReadByte(), cursor.ReadByte());
        if (mark != Mark || version != Version)
            throw new LogFormatException($"A configuration is of format {mark:x2} version {version}; this software knows version {Version}.");
        if (!cursor.ReadBytes().Span.SequenceEqual(_group))
            throw new LogFormatException("A configuration belongs to another group (SAFETY 13).");
        var count = cursor.ReadVarint();
        if (count is 0 or > MaxMembers)
            throw new LogFormatException($"A configuration has {count} members.");
        var members = new List<RaftMember>();
        for (var i = 0UL; i < count; i++)
        {
            var role = (RaftMemberRole)cursor.ReadByte();
            if (role is not (RaftMemberRole.Voter or RaftMemberRole.Learner))
                throw new LogFormatException($"The role {(byte)role} of a member is unknown to this version.");
            members.Add(new RaftMember(Encoding.UTF8.GetString(cursor.ReadBytes().Span), ParseAddress(cursor.ReadBytes()), role));
        }

        if (!cursor.AtEnd || members.DistinctBy(member => member.Id).Count() != members.Count || members.TrueForAll(member => member.Role != RaftMemberRole.Voter))
            throw new LogFormatException("A configuration has no voter, a member twice, or bytes that do not belong to it.");
        return new GroupConfiguration(members);
    }

    private EndPoint ParseAddress(ReadOnlyMemory<byte> text)
    {
        var address = Encoding.UTF8.GetString(text.Span);
        try
        {
            return parseEndPoint(address);
        }
        catch (FormatException e)
        {
            throw new LogFormatException($"The address '{address}' of a member cannot be read: {e.Message}");
        }
    }

    private static void WriteNumber(ArrayBufferWriter<byte> buffer, ulong number)
    {
        var span = buffer.GetSpan(10);
        buffer.Advance(Varint.Write(span, number));
    }

    private static void WriteBytes(ArrayBufferWriter<byte> buffer, byte[] bytes)
    {
        WriteNumber(buffer, (ulong)bytes.Length);
        buffer.Write(bytes);
    }
}
