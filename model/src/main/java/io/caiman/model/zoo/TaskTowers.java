package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.nn.LayerGates;
import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.Tower;
import io.caiman.model.spec.ModelSpec;
import java.util.ArrayList;
import java.util.List;

/** A tower for each task, over the same input. */
final class TaskTowers {

    private final List<Tower> towers = new ArrayList<>();

    /**
     * Adds the towers' weights to a layout.
     *
     * @param name of the towers within the layout; with several tasks the task's follows
     * @param inputWidth width of their input
     * @param hiddenWidths widths of the hidden layers of each
     */
    TaskTowers(DenseLayout layout, ModelSpec spec, String name, int inputWidth, List<Integer> hiddenWidths) {
        for (String task : spec.tasks()) {
            towers.add(new Tower(layout, name(spec, name, task), inputWidth, hiddenWidths, 1));
        }
    }

    /** What PPNet can gate. */
    TowerShape shape() {
        return new TowerShape(towers.size(), towers.get(0).inputWidths());
    }

    /** What a task's own part of a network is called; with one task, as if there were no others to tell it from. */
    static String name(ModelSpec spec, String name, String task) {
        return spec.tasks().size() == 1 ? name : name + "." + task;
    }

    /**
     * The logits, {@code [batch, tasks]}.
     *
     * @param hidden {@code [batch, inputWidth]}
     * @param gates of all towers side by side
     */
    NDArray forward(Leaves leaves, NDArray hidden, LayerGates gates) {
        NDList logits = new NDList();
        for (int task = 0; task < towers.size(); task++) {
            logits.add(towers.get(task).forward(leaves, hidden, gates.ofTower(task, towers.size())));
        }
        return Network.joined(logits, 1);
    }
}
