using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Nemesis.Silo.Calls;
using Orleans.Replication.Nemesis.Silo.Holding;
using Orleans.Replication.Nemesis.Silo.Membership;
using Orleans.Replication.Nemesis.Silo.Providers;

// One silo with one job, which it begins when it serves and reports on, a line of JSON for each event, on its standard output:
//   --job lock|election|calls|providers|members --name NAME --silo-port N --gateway-port N --lease SECONDS, and Orleans:Replication:… for the replica.
var builder = Host.CreateEmptyApplicationBuilder(null);
builder.Configuration.AddCommandLine(args);
var settings = builder.Configuration;
builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole();
builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
builder.UseOrleans(silo => silo
    .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("nemesis", "nemesis"))
    .ConfigureEndpoints(IPAddress.Loopback, Number("silo-port"), Number("gateway-port"))
    .UseRaftClustering()
    .AddRaftReplication()
    .AddRaftGrainStorageAsDefault()
    .AddRaftGrainDirectory(ProviderCalls.Directory)
    .AddRaftLogConsistencyProviderAsDefault()
    .UseRaftReminderService()
    .Configure<ReminderOptions>(reminders => reminders.MinimumReminderPeriod = ProviderCalls.ReminderPeriod));
if (settings["job"] == "members")
    builder.Services.Configure<ClusterMembershipOptions>(membership => membership.ProbeTimeout = MemberWatch.ProbeTimeout);

// After the silo: it serves when the job begins, and until the job has ended.
var name = settings["name"]!;
builder.Services.AddSingleton(new SiloName(name));
builder.Services.AddSingleton<IHostedService>(services => settings["job"] switch
{
    "lock" => new Holder(name, new LockOffice(services.GetRequiredService<IGrainFactory>(), name, Lease()), Grains(services)),
    "election" => new Holder(name, new ElectionOffice(services.GetRequiredService<IGrainFactory>(), name, Lease()), Grains(services)),
    "calls" => ActivatorUtilities.CreateInstance<LocalCalls>(services, name),
    "members" => ActivatorUtilities.CreateInstance<MemberWatch>(services, name),
    "providers" => ActivatorUtilities.CreateInstance<ProviderCalls>(services),
    var other => throw new ArgumentException($"There is no job '{other}'."),
});
using var host = builder.Build();
await host.RunAsync();

int Number(string setting) => int.Parse(settings[setting]!, CultureInfo.InvariantCulture);

TimeSpan Lease() => TimeSpan.FromSeconds(Number("lease"));

static IGrainFactory Grains(IServiceProvider services) => services.GetRequiredService<IGrainFactory>();
