using System.Globalization;
using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using UpgradeSilo;

// folder, silo port, gateway port, peers. It ends with its standard input.
var builder = Host.CreateEmptyApplicationBuilder(null);
builder.Logging.SetMinimumLevel(LogLevel.Warning).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
builder.UseOrleans(silo => silo
    .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("upgrades", "upgrades"))
    .ConfigureEndpoints(IPAddress.Loopback, int.Parse(args[1], CultureInfo.InvariantCulture), int.Parse(args[2], CultureInfo.InvariantCulture))
    .UseRaftClustering()
    .AddRaftReplication(options =>
    {
        options.DataDirectory = args[0];
        foreach (var peer in args[3].Split(','))
            options.Peers.Add(peer);
#if VERSION_2
        options.OperationsVersion = 2;
#endif
    }));
using var host = builder.Build();
await host.StartAsync();
var questions = new Questions(host.Services);
Console.WriteLine("0 ready");
while (await Console.In.ReadLineAsync() is { } line)
    _ = questions.AnswerAsync(line);
await host.StopAsync();
