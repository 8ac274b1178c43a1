using System.Diagnostics;
using Npgsql;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Benchmarks.Clustering;

/// <summary>A PostgreSQL with its own defaults on loopback, in a new folder. It refuses to run as root, so that root runs it as the user "postgres".</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private PostgresServer(ChildProcess process, int port) =>
        (_process, ConnectionString) = (process, $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;Timeout=5");

    public string ConnectionString { get; }

    /// <summary>Makes the folder, starts the server and makes Orleans' tables.</summary>
    /// <param name="programs">Where <c>initdb</c> and <c>postgres</c> are.</param>
    /// <param name="folder">Its data.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task<PostgresServer> StartAsync(string programs, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var data = Path.Combine(folder, "data");
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", ["postgres", folder], cancellationToken);
        await RunAsync(AsUser(Path.Combine(programs, "initdb"), "-D", data, "-U", "postgres", "--auth=trust"), cancellationToken);

        var port = LoopbackPorts.Take(1)[0];
        var command = AsUser(Path.Combine(programs, "postgres"), "-D", data, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1", "-k", folder);
        var server = new PostgresServer(ChildProcess.Start(command[0], command[1..], Path.Combine(Path.GetDirectoryName(folder)!, "postgres.log")), port);
        try
        {
            await Eventually.HoldsAsync(token => server.IsReadyAsync(token), "PostgreSQL to answer", cancellationToken);
            await server.ExecuteAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Clustering", "postgresql.sql"), cancellationToken), cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    // Its workers end by themselves when they miss it, and their data is not needed any more.
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string[] AsUser(params string[] command) => Environment.IsPrivilegedProcess
        ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", .. command]
        : command;

    private static Task RunAsync(string[] command, CancellationToken cancellationToken) => RunAsync(command[0], command[1..], cancellationToken);

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await errors}");
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        if (_process.HasExited)
            throw new InvalidOperationException($"PostgreSQL has exited: {_process.LogTail()}");
        try
        {
            await ExecuteAsync("SELECT 1", cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
