namespace Orleans.Replication.Raft.Backups;

/// <summary>A backup in a file.</summary>
internal static class BackupFile
{
    private const int BufferBytes = 128 << 10;

    /// <summary>A backup that was read to its end, or to where it is damaged.</summary>
    /// <param name="Verification">What was found.</param>
    /// <param name="Digest">Its SHA-256; null when it is damaged.</param>
    internal sealed record Unpacked(RaftVerification Verification, byte[]? Digest);

    /// <exception cref="RaftStorageException">There is no such file.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RaftStorageException($"The backup '{path}' cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Writes a backup to a file that does not exist yet: under its name it is complete and on disk.</summary>
    /// <exception cref="RaftStorageException">The file exists.</exception>
    public static async Task<RaftBackupInfo> WriteAsync(string path, Func<Stream, Task<RaftBackupInfo>> write)
    {
        if (File.Exists(path))
            throw new RaftStorageException($"'{path}' exists already; a backup replaces no file. Choose another name.");
        var unfinished = path + ".unfinished";
        try
        {
            RaftBackupInfo info;
            var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes, FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
            {
                info = await write(file).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: false);
            Storage.DurableFile.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return info;
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>Verifies a backup, and puts the state in it into an empty folder.</summary>
    /// <exception cref="RaftStorageException">There is no such file.</exception>
    public static async Task<Unpacked> UnpackAsync(string path, string folder, CancellationToken cancellationToken)
    {
        var source = Open(path);
        await using var closing = source.ConfigureAwait(false);
        using var reader = new BackupReader(source);
        var info = await reader.ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
        if (info is not null)
            await reader.ReadFilesAsync(folder, cancellationToken).ConfigureAwait(false);
        var verification = new RaftVerification { Problems = reader.Problems, Backup = info, Files = reader.Files, Bytes = reader.Bytes };
        if (info is null || reader.Problems.Count > 0)
            return new Unpacked(verification, null);

        var state = StateCheck.Run(folder, "The state in it");
        List<string> problems = [.. state.Problems];
        if (problems.Count == 0 && (state.Position.Index != info.Index || state.Position.Term != info.Term || state.Position.Commands != info.Commands))
        {
            problems.Add(
                $"The state in it has come to entry {state.Position.Index} of term {state.Position.Term}, command {state.Position.Commands}; "
                + $"its header says entry {info.Index} of term {info.Term}, command {info.Commands}.");
        }

        return new Unpacked(
            verification with { Problems = problems, Records = state.Records, Sessions = state.Sessions, AppliedIndex = state.Position.Index }, reader.Digest);
    }
}
