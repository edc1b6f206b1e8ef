package io.caiman.local.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.caiman.model.spec.NetworkKind;
import io.caiman.model.spec.SpecException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code models}: which networks there are. Exit codes: 0 done, 2 wrong options or spec. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Lists the networks that 'network: NAME' in a spec can name: what each is, its paper, the keys it reads with their"
                    + " values, its embedding sets, and its dense weights.",
            "",
            "Values and weights are those of a spec: its features and domains, and of the keys that a network reads what the"
                    + " spec says, or the default.",
            ""
        })
public final class ModelsCommand implements Callable<Integer> {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--spec",
            paramLabel = "FILE",
            description =
                    "The spec, in YAML; which network it names makes no difference. Default: conf/kuairand-1k.yaml.")
    private Optional<Path> spec = Optional.empty();

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Option(names = "--markdown", description = "As the table in docs/models.md.")
    private boolean markdown;

    @Override
    public Integer call() throws JsonProcessingException {
        if (json && markdown) {
            throw new ParameterException(
                    command.commandLine(), "--json and --markdown are both given; expected one of them: leave one out");
        }
        List<NetworkEntry> networks;
        try {
            SpecKeys keys = SpecKeys.read(spec.orElseGet(ModelsCommand::shipped));
            networks = Arrays.stream(NetworkKind.values())
                    .map(kind -> NetworkEntry.of(keys.of(kind).spec("the spec as network " + kind.key())))
                    .toList();
        } catch (SpecException e) {
            throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
        }
        PrintWriter out = command.commandLine().getOut();
        if (json) {
            out.println(JSON.writeValueAsString(networks));
        } else if (markdown) {
            NetworkEntry.MARKDOWN_HEAD.forEach(out::println);
            networks.forEach(network -> out.println(network.markdown()));
        } else {
            for (NetworkEntry network : networks) {
                network.text().forEach(out::println);
                out.println();
            }
        }
        out.flush();
        return CommandLine.ExitCode.OK;
    }

    private static Path shipped() {
        return Path.of(System.getenv().getOrDefault("CAIMAN_HOME", "."), "conf", "kuairand-1k.yaml");
    }
}
