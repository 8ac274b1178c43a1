using System.Net;
using System.Text;
using Orleans.Replication.Raft.Log;
using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft.Backups;

/// <summary>Turns a log on disk into <see cref="RaftLogEntry"/>s.</summary>
internal static class LogDump
{
    public static IEnumerable<RaftLogEntry> Read(LogPages log, string group, long first, long last)
    {
        var name = Encoding.UTF8.GetBytes(group);
        for (var index = Math.Max(first, 1); index <= Math.Min(last, log.Last); index++)
            yield return Read(log, name, index);
    }

    private static RaftLogEntry Read(LogPages log, byte[] group, long index)
    {
        var problem = log.Read(index, out var row);
        var entry = new RaftLogEntry
        {
            Index = index,
            Term = row.Term,
            Kind = problem is not null ? "damaged" : row.Length == 0 ? "empty" : "other",
            Bytes = row.Length,
            Committed = index <= log.Committed,
            Problem = problem,
        };
        if (problem is not null || row.Length == 0)
            return entry;
        try
        {
            if (ConfigurationFormat.IsConfiguration(row.Payload.Span))
                return WithMembers(entry, row.Payload, group);
            return row.Payload.Span[0] == EntryFormat.Version ? WithCommands(entry, row.Payload, group) : entry;
        }
        catch (LogFormatException e)
        {
            return entry with { Kind = "damaged", Problem = $"its checksum is right, and it cannot be read: {e.Message}" };
        }
    }

    private static RaftLogEntry WithMembers(RaftLogEntry entry, ReadOnlyMemory<byte> payload, byte[] group)
    {
        var format = new ConfigurationFormat(Encoding.UTF8.GetString(group), address => address.ToString()!, address => new WrittenEndPoint(address));
        return entry with
        {
            Kind = "configuration",
            Members = [.. format.Decode(payload).Members.Select(member => new RaftLogMember(member.Id, member.EndPoint.ToString()!, member.Role))],
        };
    }

    private static RaftLogEntry WithCommands(RaftLogEntry entry, ReadOnlyMemory<byte> payload, byte[] group)
    {
        var cursor = new SpanCursor(payload);
        var time = EntryFormat.ReadHeader(ref cursor, group);
        var commands = new List<RaftLogCommand>();
        while (!cursor.AtEnd)
        {
            var command = CommandFormat.Decode(cursor.ReadBytes());
            commands.Add(new RaftLogCommand(
                command.Kind == CommandKind.OpenSession ? "open-session" : "apply",
                command.Session, command.Sequence, Encoding.UTF8.GetString(command.Table.Span), command.Key, command.ExpectedVersion, command.Payload.Length));
        }

        return entry with { Kind = "commands", Time = time, Commands = commands };
    }

    /// <summary>An address as it stands in the log: only the transport that wrote it could say what it means.</summary>
    private sealed class WrittenEndPoint(string text) : EndPoint
    {
        public override string ToString() => text;
    }
}
