using System.CommandLine;
using Orleans.Replication.Administration.Wire;
using Orleans.Replication.Cli.Output;
using Orleans.Replication.Cli.Remote;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Cli.Commands;

/// <summary><c>backup</c>: fetches a backup from a running silo.</summary>
internal sealed class BackupCommand : RemoteCommand
{
    private readonly Argument<FileInfo> _file = new("FILE") { Description = "The file to make. It must not exist; under this name it is complete and verified." };
    private readonly Option<bool> _stale = new("--stale") { Description = "Takes what the silo has, without asking the leader: works without a quorum, and may lack the latest writes." };

    public BackupCommand() : base(
        "backup", "Fetches a backup of a group from a silo, while it serves: its state up to one log entry, everything in it checksummed. It is verified when it has arrived.")
    {
        Arguments.Add(_file);
        Options.Add(_stale);
    }

    protected override async Task<int> AskAsync(AdminClient client, ParseResult arguments, Report report, CancellationToken cancellationToken)
    {
        var path = arguments.GetRequiredValue(_file).FullName;
        if (File.Exists(path))
            throw new ArgumentException($"'{path}' exists already; a backup replaces no file. Choose another name.");
        var request = RequestFor(arguments);
        request.Backup = new BackupRequest { Stale = arguments.GetValue(_stale) };
        var unfinished = path + ".unfinished";
        RaftVerification verified;
        try
        {
            var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None);
            await using (file.ConfigureAwait(false))
            {
                await client.AskAsync(request, file, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            verified = await RaftBackup.VerifyAsync(unfinished, Path.GetDirectoryName(path), cancellationToken).ConfigureAwait(false);
            if (!verified.IsWhole)
                throw new AdminException(ExitCodes.Damaged, $"What arrived is damaged, and was deleted: {string.Join(' ', verified.Problems)}");
            File.Move(unfinished, path, overwrite: false);
        }
        finally
        {
            File.Delete(unfinished);
        }

        report.Write(new { File = path, Bytes = new FileInfo(path).Length, verified.Backup }, people => Describe(people, path, verified));
        return ExitCodes.Done;
    }

    private static void Describe(Report people, string path, RaftVerification verified)
    {
        var info = verified.Backup!;
        people.Line($"{path}: group '{info.Group}' up to log entry {info.Index} of term {info.Term}, {verified.Bytes:N0} bytes, verified.");
    }
}
