using System.CommandLine;
using System.Text;
using Orleans.Replication.Cli.Output;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Cli.Commands;

/// <summary><c>log dump</c>: prints a log.</summary>
internal sealed class LogDumpCommand : OperatorCommand
{
    private const int MaxKeyBytes = 64;

    private readonly Option<DirectoryInfo> _data = new("--data") { Description = "The data folder of the silo, which is stopped.", HelpName = "DIR", Required = true };
    private readonly Option<string> _group = new("--group") { Description = "The group. Default: default.", HelpName = "NAME", DefaultValueFactory = _ => "default" };
    private readonly Option<long?> _from = new("--from") { Description = "The first entry. Default: the first behind the newest snapshot.", HelpName = "INDEX" };
    private readonly Option<long?> _to = new("--to") { Description = "The last entry. Default: the log's last.", HelpName = "INDEX" };

    public LogDumpCommand() : base(
        "dump", "Prints the entries of a log, the commands in them, and the members in those that change them: an entry for each line with --json. A damaged entry is shown as such, and the others still are. Payloads are not printed.")
    {
        foreach (var option in (Option[])[_data, _group, _from, _to])
            Options.Add(option);
    }

    protected override Task<int> RunAsync(ParseResult arguments, Report report, CancellationToken cancellationToken)
    {
        var damaged = false;
        foreach (var entry in RaftGroupFolder.ReadLog(
            arguments.GetRequiredValue(_data).FullName, arguments.GetRequiredValue(_group), arguments.GetValue(_from), arguments.GetValue(_to)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            damaged |= entry.Problem is not null;
            report.WriteLine(Describe(entry), () => Tell(entry));
        }

        return Task.FromResult(damaged ? ExitCodes.Damaged : ExitCodes.Done);
    }

    private static object Describe(RaftLogEntry entry) => new
    {
        entry.Index,
        entry.Term,
        entry.Kind,
        entry.Bytes,
        entry.Committed,
        entry.Time,
        entry.Problem,
        Members = entry.Members.Select(member => new { PeerId = member.Id, Addresses = member.Address.Split(','), member.Role }),
        Commands = entry.Commands.Select(command => new
        {
            command.Kind,
            command.Session,
            command.Sequence,
            command.Table,
            Key = TextOf(command.Key.Span),
            KeyHex = Convert.ToHexString(command.Key.Span),
            command.ExpectedVersion,
            KeyBytes = command.Key.Length,
            command.PayloadBytes,
        }),
    };

    private static string Tell(RaftLogEntry entry)
    {
        var text = new StringBuilder($"{entry.Index}  term {entry.Term}  {entry.Kind}  {entry.Bytes} bytes");
        if (entry.Time is { } time)
            text.Append($"  {time:yyyy-MM-ddTHH:mm:ss.fffZ}");
        if (!entry.Committed)
            text.Append("  not known to be committed");
        if (entry.Problem is { } problem)
            text.Append($"  DAMAGED: {problem}");
        foreach (var member in entry.Members)
            text.Append($"{Environment.NewLine}    {member.Role.ToString().ToLowerInvariant()} {member.Id}  {member.Address}");
        foreach (var command in entry.Commands)
        {
            text.Append(Environment.NewLine);
            text.Append(command.Session == 0
                ? "    opens a session"
                : $"    session {command.Session} #{command.Sequence}  {command.Table}  key {TextOf(command.Key.Span)} ({command.Key.Length} bytes)  payload {command.PayloadBytes} bytes");
            if (command.ExpectedVersion is { } expected)
                text.Append($"  if version is {expected}");
        }

        return text.ToString();
    }

    /// <summary>A key as text where it is text, else as bytes.</summary>
    private static string TextOf(ReadOnlySpan<byte> key)
    {
        var shown = key[..Math.Min(key.Length, MaxKeyBytes)];
        var rest = key.Length > MaxKeyBytes ? "…" : string.Empty;
        foreach (var b in shown)
        {
            if (b is < 0x20 or > 0x7e)
                return "0x" + Convert.ToHexString(shown) + rest;
        }

        return Encoding.ASCII.GetString(shown) + rest;
    }
}
