using System.Text.Json.Nodes;

namespace Granary.Deploy.Tests;

/// <summary>The checks themselves: each mistake in an overlay is found, and said in words.</summary>
public sealed class BrokenManifestTests
{
    private const string Silo = "StatefulSet/granary";
    private const string Pod = "/spec/template/spec";
    private const string Main = Pod + "/containers/0";

    [Theory]
    [InlineData(Silo, "add", "/spec/replcas", "3", "replcas: no such field")]
    [InlineData(Silo, "replace", "/spec/replicas", "\"3\"", "is no int")]
    [InlineData(Silo, "remove", "/spec/serviceName", "", "serviceName: missing")]
    [InlineData(Silo, "replace", "/spec/serviceName", "\"silos\"", "no service silos")]
    [InlineData(Silo, "replace", "/spec/selector/matchLabels/app.kubernetes.io~1component", "\"silo\"", "its selector")]
    [InlineData(Silo, "remove", Main + "/readinessProbe", "", "no readinessProbe")]
    [InlineData(Silo, "remove", Main + "/startupProbe", "", "no startupProbe")]
    [InlineData(Silo, "replace", Main + "/livenessProbe/httpGet/port", "7412", "asks the port 7412")]
    [InlineData(Silo, "replace", Main + "/livenessProbe/httpGet/path", "\"/health/ready\"", "asks HTTPS /health/ready")]
    [InlineData(Silo, "remove", Main + "/readinessProbe/httpGet/scheme", "", "instead of HTTPS")]
    [InlineData(Silo, "replace", Main + "/command/0", "\"/usr/local/bin/silo\"", "the image has no")]
    [InlineData(Silo, "replace", Main + "/image", "\"localhost/granary:latest\"", "no version")]
    [InlineData(Silo, "replace", Main + "/ports/1/containerPort", "11112", "the image does not name")]
    [InlineData(Silo, "replace", Main + "/ports/1/name", "\"silos\"", "has the port silo")]
    [InlineData(Silo, "replace", Main + "/ports/1/name", "\"Silo_Port\"", "is no portname")]
    [InlineData(Silo, "add", Main + "/env/-", "{\"name\":\"GRANARY_SILO_PROBES\",\"value\":\"1\"}", "no setting")]
    [InlineData(Silo, "add", Main + "/env/-", "{\"name\":\"GRANARY_LISTEN\",\"value\":\"1\"}", "no setting")]
    [InlineData(Silo, "add", Main + "/env/-", "{\"name\":\"A\",\"value\":1}", "is no text")]
    [InlineData(Silo, "remove", Main + "/lifecycle", "", "before the service has heard")]
    [InlineData(Silo, "replace", Pod + "/terminationGracePeriodSeconds", "60", "leaves no room above the 60 s")]
    [InlineData(Silo, "remove", Pod + "/terminationGracePeriodSeconds", "", "leaves no room")]
    [InlineData(Silo, "replace", Pod + "/securityContext/runAsNonRoot", "false", "as root")]
    [InlineData(Silo, "replace", Pod + "/securityContext/runAsUser", "10002", "another user")]
    [InlineData(Silo, "remove", Pod + "/securityContext/seccompProfile", "", "no seccomp")]
    [InlineData(Silo, "remove", Pod + "/automountServiceAccountToken", "", "token of the service account")]
    [InlineData(Silo, "remove", Main + "/securityContext/readOnlyRootFilesystem", "", "can be written")]
    [InlineData(Silo, "remove", Main + "/securityContext/allowPrivilegeEscalation", "", "gain privileges")]
    [InlineData(Silo, "replace", Main + "/securityContext/capabilities/drop/0", "\"CHOWN\"", "keeps capabilities")]
    [InlineData(Silo, "add", Main + "/securityContext/privileged", "true", "no such field")]
    [InlineData(Silo, "add", Pod + "/hostNetwork", "true", "no such field")]
    [InlineData(Silo, "replace", Main + "/resources/limits/memory", "\"512Mi\"", "request and limit of memory")]
    [InlineData(Silo, "remove", Main + "/resources/requests/cpu", "", "request and limit of cpu")]
    [InlineData(Silo, "replace", Main + "/resources/limits/memory", "\"2 GB\"", "is no quantity")]
    [InlineData(Silo, "remove", Main + "/volumeMounts/2", "", "no /tmp")]
    [InlineData(Silo, "replace", Main + "/volumeMounts/1/name", "\"certificate\"", "no volume certificate")]
    [InlineData(Silo, "replace", Pod + "/volumes/0/secret/secretName", "\"nowhere-said\"", "how to make the secret")]
    [InlineData(Silo, "remove", Pod + "/topologySpreadConstraints/0", "", "not spread")]
    [InlineData("Service/granary", "replace", "/spec/ports/0/targetPort", "\"http\"", "has the port http")]
    [InlineData("Service/granary", "replace", "/spec/selector/app.kubernetes.io~1component", "\"api\"", "selects 0")]
    [InlineData("Service/granary-silo", "replace", "/spec/ports/0/targetPort", "7411", "lets 7411 in")]
    [InlineData("PodDisruptionBudget/granary", "replace", "/spec/maxUnavailable", "2", "most stay")]
    [InlineData("PodDisruptionBudget/granary", "replace", "/spec/selector/matchLabels/app.kubernetes.io~1name", "\"x\"",
        "bounds how many")]
    [InlineData("NetworkPolicy/granary-deny", "add", "/spec/egress", "[{}]", "refuses what the others")]
    [InlineData("NetworkPolicy/granary-silo", "replace", "/spec/ingress/0/ports/0/port", "\"gossip\"",
        "no port gossip")]
    [InlineData("NetworkPolicy/granary-silo", "replace", "/spec/podSelector/matchLabels", "{\"a\":\"b\"}", "no pods")]
    [InlineData("NetworkPolicy/granary-collector", "replace", "/spec/policyTypes", "[\"Egress\"]",
        "not among its types")]
    [InlineData("ConfigMap/granary-collector", "remove", "/data/backend", "", "no ConfigMap granary-collector")]
    [InlineData("ServiceAccount/granary", "replace", "/metadata/name", "\"default\"", "no service account")]
    [InlineData("Namespace/granary", "replace", "/metadata/name", "\"other\"", "namespace that is not made")]
    [InlineData("Job/granary-schema", "replace", Main + "/env/0/valueFrom/secretKeyRef/key", "\"url\"", "with 'url'")]
    public void A_mistake_is_found(string id, string operation, string path, string value, string complaint)
    {
        List<JsonNode> objects = Kustomize.Build(Path.Combine(Tree.Overlays, "cluster-telemetry"));
        JsonNode o = objects.Single(o => PodParts.Id(o) == id);
        JsonEdit.Apply(o, operation, path, value.Length == 0 ? null : JsonNode.Parse(value));
        Assert.Contains(ManifestRules.Check(objects), c => c.Contains(complaint, StringComparison.Ordinal));
    }

    [Fact]
    public void A_kustomization_that_is_not_understood_is_refused()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("granary-deploy-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "kustomization.yaml"), "namePrefix: my-\n");
            Assert.Throws<FormatException>(() => Kustomize.Build(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
