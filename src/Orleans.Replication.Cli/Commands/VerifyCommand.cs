using System.CommandLine;
using Orleans.Replication.Cli.Output;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Cli.Commands;

/// <summary><c>verify</c>: compares a backup, or the data folder of a stopped silo, with its checksums.</summary>
internal sealed class VerifyCommand : OperatorCommand
{
    private readonly Argument<string> _path = new("PATH") { Description = "A backup, or the data folder of a stopped silo." };
    private readonly Option<string?> _group = new("--group") { Description = "Of a data folder, this group alone. Default: all of its groups.", HelpName = "NAME" };
    private readonly Option<DirectoryInfo?> _scratch = new("--scratch") { Description = "Where a backup's state is unpacked meanwhile. Default: the system's temporary folder.", HelpName = "DIR" };

    public VerifyCommand() : base(
        "verify", "Compares everything in a backup or in a stopped silo's data folder with its checksum, reads all of it, and says precisely what is wrong. Changes nothing. Exit code 3: there is damage.")
    {
        Arguments.Add(_path);
        Options.Add(_group);
        Options.Add(_scratch);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, Report report, CancellationToken cancellationToken)
    {
        var path = arguments.GetRequiredValue(_path);
        var found = Directory.Exists(path)
            ? GroupsIn(path, arguments.GetValue(_group)).Select(group => (What: $"group '{group}'", Result: RaftGroupFolder.Verify(path, group, cancellationToken))).ToList()
            : [("backup", await RaftBackup.VerifyAsync(path, arguments.GetValue(_scratch)?.FullName, cancellationToken).ConfigureAwait(false))];
        report.Write(
            found.Select(item => new
            {
                Path = path,
                item.What,
                item.Result.IsWhole,
                item.Result.Problems,
                item.Result.Backup,
                item.Result.Files,
                item.Result.Bytes,
                item.Result.LogEntries,
                item.Result.AppliedIndex,
                item.Result.Sessions,
                item.Result.Records,
            }),
            people =>
            {
                foreach (var (what, result) in found)
                    Describe(people, what, result);
            });
        return found.TrueForAll(item => item.Result.IsWhole) ? ExitCodes.Done : ExitCodes.Damaged;
    }

    private static List<string> GroupsIn(string dataDirectory, string? named)
    {
        if (named is not null)
            return [named];
        var groups = Path.Combine(dataDirectory, "groups");
        var found = Directory.Exists(groups)
            ? Directory.EnumerateDirectories(groups).Select(folder => Path.GetFileName(folder)).Where(name => !name.Contains(".before-", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList()
            : [];
        return found.Count > 0 ? found : throw new ArgumentException($"'{dataDirectory}' is no data folder: it has no groups. Name a silo's DataDirectory, or a backup.");
    }

    private static void Describe(Report people, string what, RaftVerification result)
    {
        var where = result.Backup is { } info ? $" of group '{info.Group}' in cluster '{info.Cluster}', made {info.Created:u} by {info.Member}" : string.Empty;
        people.Line($"{(result.IsWhole ? "whole" : "DAMAGED")}: {what}{where}");
        people.Line(
            $"  applied up to log entry {result.AppliedIndex}; {result.Files} files, {result.Bytes:N0} bytes; {result.LogEntries} log entries; {result.Sessions} sessions; "
            + $"records: {(result.Records.Count == 0 ? "none" : string.Join(", ", result.Records.Select(table => $"{table.Value} in {table.Key}")))}");
        foreach (var problem in result.Problems)
            people.Line($"  - {problem}");
    }
}
